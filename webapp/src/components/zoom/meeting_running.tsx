import React from 'react';
import {useSelector} from 'react-redux';

import {JoinButton} from './join_button';
import {MeetingCard} from './meeting_card';

import type {Meeting} from '../../meeting';
import type {Actions} from '../../store/actions';
import {isAnswered, nameOf, startedBy} from '../../store/selectors';
import type {GlobalState, Post} from '../../types/mattermost-webapp';
import {Button} from '../common/button';
import {Text, useText} from '../common/text';

interface MeetingRunningProps {
    meeting: Meeting;
    post: Post;
    actions: Actions;
}

/** The prompt that the server shows instead of starting a second meeting in a channel: create a new one, or join the existing one. */
export function MeetingRunning({meeting, post, actions}: MeetingRunningProps) {
    const text = useText();
    const busy = useSelector(startedBy) === post.id;
    const answered = useSelector((state: GlobalState) => isAnswered(state, post.id));
    const creator = useSelector((state: GlobalState) => nameOf(state, meeting.creator));
    const startAnother = () => actions.startAnother({
        postId: post.id,
        channelId: post.channel_id,
        rootId: meeting.requestedRoot,
        topic: meeting.requestedTopic,
        identity: meeting.requestedIdentity,
    });
    return (
        <MeetingCard
            topic={meeting.topic}
            intro={creator ? (
                <Text
                    id='zoom.prompt.title'
                    values={{creator: <bdi>{`@${creator}`}</bdi>, provider: meeting.provider}}
                />
            ) : (
                <Text
                    id='zoom.prompt.title_unknown'
                    values={{provider: meeting.provider}}
                />
            )}
        >
            <p className='zoom-card__progress'><Text id={answered ? 'zoom.prompt.answered' : 'zoom.prompt.question'}/></p>
            <div className='zoom-card__actions'>
                {(!answered || busy) && (
                    <Button
                        busy={busy}
                        onClick={startAnother}
                    >
                        <Text id={busy ? 'zoom.prompt.creating' : 'zoom.prompt.create'}/>
                    </Button>
                )}
                <JoinButton
                    meeting={meeting}
                    label={text('zoom.prompt.join_label')}
                >
                    <Text id='zoom.prompt.join'/>
                </JoinButton>
            </div>
        </MeetingCard>
    );
}
