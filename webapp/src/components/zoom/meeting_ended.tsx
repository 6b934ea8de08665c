import React from 'react';

import {Facts, MeetingCard} from './meeting_card';

import {useTimes} from '../../hooks/use_times';
import type {Meeting} from '../../meeting';
import {Text} from '../common/text';

/** The summary of a meeting that has ended. */
export function MeetingEnded({meeting}: {meeting: Meeting}) {
    return (
        <MeetingCard
            topic={meeting.topic}
            message={meeting.message}
            over={true}
            intro={<Text id='zoom.post.intro_ended'/>}
        >
            <p className='zoom-card__heading'><Text id='zoom.ended.summary'/></p>
            <Facts
                facts={[
                    {name: 'zoom.ended.date', value: meeting.startedAt || meeting.endedAt ? <Day meeting={meeting}/> : null},
                    {name: 'zoom.ended.time', value: meeting.startedAt && meeting.endedAt ? <TimeRange meeting={meeting}/> : null},
                    {name: 'zoom.ended.length', value: meeting.seconds === null ? null : <Length seconds={meeting.seconds}/>},
                ]}
            />
        </MeetingCard>
    );
}

function Day({meeting: {startedAt, endedAt}}: {meeting: Meeting}) {
    const {day} = useTimes();
    const first = day(startedAt || endedAt);
    const last = day(endedAt || startedAt);
    if (first === last) {
        return <>{first}</>;
    }
    return (
        <Range
            start={first}
            end={last}
        />
    );
}

function TimeRange({meeting: {startedAt, endedAt}}: {meeting: Meeting}) {
    const {clock} = useTimes();
    return (
        <Range
            start={clock(startedAt)}
            end={clock(endedAt)}
        />
    );
}

// Isolates both ends from the text around them. In a right-to-left page, the browser would mix up their digits and letters.
function Range({start, end}: {start: string; end: string}) {
    return (
        <Text
            id='zoom.ended.time_range'
            values={{start: <bdi>{start}</bdi>, end: <bdi>{end}</bdi>}}
        />
    );
}

function Length({seconds}: {seconds: number}) {
    const total = Math.round(seconds / 60);
    const hours = Math.floor(total / 60);
    const minutes = total % 60;
    if (total === 0) {
        return <Text id='zoom.ended.under_a_minute'/>;
    }
    if (hours === 0) {
        return (
            <Text
                id='zoom.ended.minutes'
                values={{minutes}}
            />
        );
    }
    return (
        <Text
            id={minutes ? 'zoom.ended.hours_minutes' : 'zoom.ended.hours'}
            values={{hours, minutes}}
        />
    );
}
