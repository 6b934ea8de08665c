import React from 'react';

import {MeetingEnded} from './meeting_ended';
import {MeetingRunning} from './meeting_running';
import {MeetingStarted} from './meeting_started';

import {readMeeting} from '../../meeting';
import type {Actions} from '../../store/actions';
import type {PostTypeProps} from '../../types/mattermost-webapp';

/** Draws a post of type custom_zoom: a meeting to join, the summary of one that ended, or the already-running prompt. */
export function MeetingPost({post, actions}: PostTypeProps & {actions: Actions}) {
    const meeting = readMeeting(post);
    switch (meeting.status) {
    case 'ENDED':
        return <MeetingEnded meeting={meeting}/>;
    case 'RECENTLY_CREATED':
        return (
            <MeetingRunning
                meeting={meeting}
                post={post}
                actions={actions}
            />
        );
    default:
        return <MeetingStarted meeting={meeting}/>;
    }
}
