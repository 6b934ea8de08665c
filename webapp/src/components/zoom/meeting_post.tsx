import React from 'react';

import {MeetingEnded} from './meeting_ended';
import {MeetingRunning} from './meeting_running';
import {MeetingStarted} from './meeting_started';

import {isEphemeral, readMeeting} from '../../meeting';
import type {Actions} from '../../store/actions';
import type {PostTypeProps} from '../../types/mattermost-webapp';

/** Draws a post of type custom_zoom: an open meeting, the summary of an ended one, or the already-running prompt. */
export function MeetingPost({post, actions}: PostTypeProps & {actions: Actions}) {
    const meeting = readMeeting(post);
    if (meeting.status === 'ENDED') {
        return <MeetingEnded meeting={meeting}/>;
    }

    // The prompt's button starts a meeting as the user who clicks it, with the topic from the post. In a post that any user can
    // write, that would be a trap.
    if (meeting.status === 'RECENTLY_CREATED' && isEphemeral(post)) {
        return (
            <MeetingRunning
                meeting={meeting}
                post={post}
                actions={actions}
            />
        );
    }
    return (
        <MeetingStarted
            meeting={meeting}
            post={post}
        />
    );
}
