import React from 'react';
import {useSelector} from 'react-redux';

import {useAppBarEntry} from '../../hooks/use_app_bar_entry';
import type {Actions} from '../../store/actions';
import type {Announcement, Notice} from '../../store/reducer';
import type {GlobalState} from '../../types/mattermost-webapp';
import {Button, LinkButton} from '../common/button';
import {Said} from '../common/said';
import {Text} from '../common/text';

/**
 * Lives at the root of the page: says to screen readers what happens, and shows what no post in a channel tells. It takes
 * the focus of a notice that is dismissed.
 */
export function StatusArea({actions}: {actions: Actions}) {
    useAppBarEntry();
    const announcement = useSelector((state: GlobalState) => state['plugins-zoom']?.announcement);
    const notice = useSelector((state: GlobalState) => state['plugins-zoom']?.notice);
    return (
        <div
            className='zoom-status'
            tabIndex={-1}
        >
            <div
                className='zoom-sr-only'
                role='status'
                aria-live='polite'
                data-testid='zoom-live-region'
            >
                {announcement && <Spoken announcement={announcement}/>}
            </div>
            <div role='alert'>
                {notice && (
                    <NoticeBox
                        notice={notice}
                        onDismiss={actions.dismissNotice}
                    />
                )}
            </div>
        </div>
    );
}

// A new key makes a new element, which is read out even when its text is the same as before.
function Spoken({announcement: {serial, say}}: {announcement: Announcement}) {
    return <span key={serial}><Said say={say}/></span>;
}

function NoticeBox({notice, onDismiss}: {notice: Notice; onDismiss: () => void}) {
    return (
        <div className='zoom-notice'>
            <span className='zoom-notice__text'>
                <Said say={notice.kind === 'blocked' ? {id: 'zoom.notice.blocked'} : notice.say}/>
            </span>
            {notice.kind === 'blocked' && (
                <LinkButton
                    primary={true}
                    href={notice.url}
                    onClick={onDismiss}
                >
                    <Text id='zoom.notice.open'/>
                </LinkButton>
            )}
            <Button onClick={onDismiss}>
                <Text id='zoom.notice.dismiss'/>
            </Button>
        </div>
    );
}
