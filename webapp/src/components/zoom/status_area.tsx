import React from 'react';
import {useSelector} from 'react-redux';

import styles from './status_area.css?inline';

import {useAppBarEntry} from '../../hooks/use_app_bar_entry';
import type {Actions} from '../../store/actions';
import type {Announcement, Notice} from '../../store/reducer';
import {addStyles} from '../../styles';
import type {GlobalState} from '../../types/mattermost-webapp';
import {Button, LinkButton} from '../common/button';
import {MessageText} from '../common/message_text';
import {Text} from '../common/text';

addStyles(styles);

/**
 * Part of every page: announces to screen readers what happens, and shows notices about what no post says. It takes over the
 * focus of a notice that the user dismisses.
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
                {announcement && <Announced announcement={announcement}/>}
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

// A new key makes a new element, which screen readers announce even if its text didn't change.
function Announced({announcement: {serial, message}}: {announcement: Announcement}) {
    return <span key={serial}><MessageText message={message}/></span>;
}

function NoticeBox({notice, onDismiss}: {notice: Notice; onDismiss: () => void}) {
    return (
        <div className='zoom-notice'>
            <span className='zoom-notice__text'>
                <MessageText message={notice.kind === 'blocked' ? {id: 'zoom.notice.blocked'} : notice.message}/>
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
