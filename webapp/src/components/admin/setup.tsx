import React, {useCallback, useEffect, useState} from 'react';

import {CheckList} from './check_list';
import styles from './setup.css?inline';

import {Refused} from '../../client';
import type {Client} from '../../client';
import {addStyles} from '../../styles';
import type {Setup as SetupAnswer} from '../../types/api';
import {Button} from '../common/button';
import {CopyField} from '../common/copy_field';
import {Spinner} from '../common/spinner';
import {Text, useText} from '../common/text';

addStyles(styles);

/** The plugin's first setting in the System Console: the URLs to enter in Zoom, and the self-check. */
export function Setup({client}: {client: Client}) {
    const text = useText();
    const {answer, failure, busy, check} = useSetup(client, text('zoom.failed.unreachable'));
    return (
        <div className='zoom-setup'>
            {answer && (
                <>
                    <h4 className='zoom-setup__heading'><Text id='zoom.setup.urls'/></h4>
                    {(['redirect_url', 'webhook_url', 'deauthorization_url'] as const).map((key) => (
                        <CopyField
                            key={key}
                            name={text(`zoom.setup.${key}`)}
                            value={answer[key]}
                        />
                    ))}
                    <h4 className='zoom-setup__heading'><Text id='zoom.setup.checks'/></h4>
                    <CheckList checks={answer.checks ?? []}/>
                </>
            )}
            {failure && (
                <p
                    className='zoom-setup__failure'
                    role='alert'
                >
                    <Text
                        id='zoom.setup.failed'
                        values={{reason: failure}}
                    />
                </p>
            )}
            {answer || failure ? (
                <Button
                    busy={busy}
                    onClick={check}
                >
                    <Text id={busy ? 'zoom.setup.checking' : 'zoom.setup.again'}/>
                </Button>
            ) : <p><Spinner/> <Text id='zoom.setup.checking'/></p>}
            <span
                className='zoom-sr-only'
                role='status'
            >
                {answer && !busy && summary(answer, text)}
            </span>
        </div>
    );
}

function summary({checks}: SetupAnswer, text: ReturnType<typeof useText>): string {
    const points = checks ?? [];
    const ok = points.filter(({status}) => status === 'ok').length;
    return text('zoom.setup.checked', {ok, open: points.length - ok});
}

// Runs the self-check now, and again whenever check is called. After a failure, the earlier answer stays.
function useSetup(client: Client, unreachable: string) {
    const [answer, setAnswer] = useState<SetupAnswer | null>(null);
    const [failure, setFailure] = useState('');
    const [busy, setBusy] = useState(true);

    const ask = useCallback(async (stillWanted: () => boolean) => {
        try {
            const setup = await client.setup();
            if (stillWanted()) {
                setAnswer(setup);
                setFailure('');
            }
        } catch (error) {
            if (stillWanted()) {
                setFailure(error instanceof Refused ? error.message : unreachable);
            }
        }
        if (stillWanted()) {
            setBusy(false);
        }
    }, [client, unreachable]);

    useEffect(() => {
        let shown = true;
        ask(() => shown);
        return () => {
            shown = false;
        };
    }, [ask]);

    const check = () => {
        setBusy(true);
        return ask(() => true);
    };
    return {answer, failure, busy, check};
}
