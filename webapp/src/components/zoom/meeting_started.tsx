import React, {useState} from 'react';
import {useSelector} from 'react-redux';

import {ChevronIcon} from '../common/icon';
import {JoinButton} from './join_button';
import {Facts, MeetingCard} from './meeting_card';

import {useTimes} from '../../hooks/use_times';
import type {DialIn, Meeting} from '../../meeting';
import {authorOf} from '../../store/selectors';
import type {GlobalState, Post} from '../../types/mattermost-webapp';
import {Text, useText} from '../common/text';

/** A meeting that can be joined. */
export function MeetingStarted({meeting, post}: {meeting: Meeting; post: Post}) {
    const text = useText();
    const author = useSelector((state: GlobalState) => authorOf(state, post));
    const topic = meeting.topic || text('zoom.post.default_topic');
    return (
        <MeetingCard
            topic={topic}
            message={meeting.message}
            intro={author ? (
                <Text
                    id='zoom.post.intro_started'
                    values={{creator: <bdi>{`@${author}`}</bdi>}}
                />
            ) : <Text id='zoom.post.intro_started_nobody'/>}
        >
            <Progress meeting={meeting}/>
            <Facts
                facts={[
                    {name: meeting.personal ? 'zoom.post.personal_meeting_id' : 'zoom.post.meeting_id', value: meeting.id && <bdi dir='ltr'>{meeting.id}</bdi>},
                    {name: 'zoom.post.passcode', value: meeting.passcode && <bdi dir='ltr'>{meeting.passcode}</bdi>},
                ]}
            />
            <div className='zoom-card__actions'>
                <JoinButton
                    meeting={meeting}
                    label={text('zoom.post.join_label', {topic})}
                >
                    <Text id='zoom.post.join'/>
                </JoinButton>
            </div>
            {meeting.dialIn.length > 0 && <DialInNumbers numbers={meeting.dialIn}/>}
        </MeetingCard>
    );
}

function Progress({meeting: {begun, startedAt}}: {meeting: Meeting}) {
    const {clock} = useTimes();
    if (begun === 'unknown' || (begun === 'yes' && !startedAt)) {
        return null;
    }
    return (
        <p className={begun === 'yes' ? 'zoom-card__progress zoom-card__progress--live' : 'zoom-card__progress'}>
            {begun === 'yes' ? (
                <Text
                    id='zoom.post.in_progress'
                    values={{time: clock(startedAt)}}
                />
            ) : <Text id='zoom.post.waiting'/>}
        </p>
    );
}

function DialInNumbers({numbers}: {numbers: DialIn[]}) {
    const [open, setOpen] = useState(false);

    // No <details>: the web app opens the thread at a click on a <summary>, as anywhere on a post but on a button.
    return (
        <div className='zoom-dial-in'>
            <button
                type='button'
                className='zoom-dial-in__toggle'
                aria-expanded={open}
                onClick={() => setOpen(!open)}
            >
                <ChevronIcon/>
                <Text id='zoom.post.dial_in'/>
            </button>
            <ul hidden={!open}>
                {numbers.map(({number, city, country}) => (
                    <li key={`${country} ${number}`}>
                        <a
                            href={`tel:${number.replace(/[^+\d]/g, '')}`}
                            dir='ltr'
                        >
                            {number}
                        </a>
                        {' '}
                        <span className='zoom-dial-in__place'>
                            {city && country ? (
                                <Text
                                    id='zoom.post.dial_in_place'
                                    values={{city, country}}
                                />
                            ) : city || country}
                        </span>
                    </li>
                ))}
            </ul>
        </div>
    );
}
