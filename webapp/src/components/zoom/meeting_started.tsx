import React from 'react';
import {useSelector} from 'react-redux';

import {DialInNumbers} from './dial_in';
import {JoinButton} from './join_button';
import {Facts, MeetingCard} from './meeting_card';

import {useTimes} from '../../hooks/use_times';
import type {Meeting} from '../../meeting';
import {authorOf} from '../../store/selectors';
import type {GlobalState, Post} from '../../types/mattermost-webapp';
import {Text, useText} from '../common/text';

/** An open meeting. */
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
            ) : <Text id='zoom.post.intro_started_unknown'/>}
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
