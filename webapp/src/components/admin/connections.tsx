import React, {useCallback, useEffect, useState} from 'react';

import styles from './connections.css?inline';

import {Refused} from '../../client';
import type {Client} from '../../client';
import {addStyles} from '../../styles';
import type {Connection, Overview, OverviewRequest} from '../../types/api';
import {Button} from '../common/button';
import {Spinner} from '../common/spinner';
import {Text, useText} from '../common/text';

addStyles(styles);

/** A setting in the System Console without a value: all connections to providers, and how each does. */
export function Connections({client}: {client: Client}) {
    const text = useText();
    const [typed, setTyped] = useState('');
    const {answer, failure, busy, asked, ask} = useOverview(client, text('zoom.failed.unreachable'));
    return (
        <div className='zoom-setup'>
            <div className='zoom-connections__filter'>
                <input
                    className='form-control'
                    aria-label={text('zoom.connections.filter')}
                    placeholder={text('zoom.connections.filter')}
                    value={typed}
                    onChange={(event) => setTyped(event.target.value)}
                    onKeyDown={(event) => {
                        if (event.key === 'Enter') {
                            event.preventDefault();
                            ask({...asked, text: typed, page: 1});
                        }
                    }}
                />
                <label className='zoom-connections__failing'>
                    <input
                        type='checkbox'
                        checked={asked.failing}
                        onChange={(event) => ask({text: typed, failing: event.target.checked, page: 1})}
                    />
                    <Text id='zoom.connections.failing'/>
                </label>
                <Button
                    busy={busy}
                    onClick={() => ask({...asked, text: typed, page: 1})}
                >
                    <Text id='zoom.connections.show'/>
                </Button>
            </div>
            {!answer && !failure && <p><Spinner/></p>}
            {answer && <List answer={answer}/>}
            {failure && (
                <p
                    className='zoom-setup__failure'
                    role='alert'
                >
                    {failure}
                </p>
            )}
            {answer && answer.pages > 1 && (
                <div className='zoom-connections__pages'>
                    {answer.page > 1 && <Button onClick={() => ask({...asked, page: answer.page - 1})}><Text id='zoom.connections.previous'/></Button>}
                    {answer.page < answer.pages && <Button onClick={() => ask({...asked, page: answer.page + 1})}><Text id='zoom.connections.next'/></Button>}
                </div>
            )}
        </div>
    );
}

function List({answer}: {answer: Overview}) {
    return (
        <>
            <p role='status'>
                {answer.all === 0 ? <Text id='zoom.connections.none'/> : (
                    <Text
                        id='zoom.connections.count'
                        values={{all: answer.all, page: answer.page, pages: answer.pages}}
                    />
                )}
            </p>
            <ul className='zoom-checks'>
                {answer.connections.map((connection) => (
                    <Line
                        key={connection.id}
                        connection={connection}
                    />
                ))}
            </ul>
        </>
    );
}

function Line({connection: {provider, name, url, status, details}}: {connection: Connection}) {
    return (
        <li className='zoom-checks__point'>
            <span className={`zoom-checks__status zoom-checks__status--${status}`}>
                <Text id={`zoom.setup.${status}`}/>
            </span>
            <span className='zoom-checks__text'>
                <strong>{provider}</strong>{': '}
                {url ? (
                    <a
                        href={url}
                        target='_blank'
                        rel='noopener noreferrer'
                    >
                        {name}
                    </a>
                ) : name}
                {details.map((detail) => (
                    <span
                        key={detail}
                        className='zoom-checks__fix'
                    >
                        {detail}
                    </span>
                ))}
            </span>
        </li>
    );
}

const everything: OverviewRequest = {text: '', failing: false, page: 1};

// Asks for the first page now, and for another whenever ask is called. Only the answer to the latest request is shown; after a failure, the
// earlier answer stays.
function useOverview(client: Client, unreachable: string) {
    const [asked, setAsked] = useState(everything);
    const [answer, setAnswer] = useState<Overview | null>(null);
    const [failure, setFailure] = useState('');
    const [busy, setBusy] = useState(true);

    const load = useCallback(async (request: OverviewRequest, stillWanted: () => boolean) => {
        let failed = '';
        try {
            const overview = await client.overview(request);
            if (stillWanted()) {
                setAnswer(overview);
            }
        } catch (error) {
            failed = error instanceof Refused ? error.message : unreachable;
        }
        if (stillWanted()) {
            setFailure(failed);
            setBusy(false);
        }
    }, [client, unreachable]);

    useEffect(() => {
        let wanted = true;
        setBusy(true);
        load(asked, () => wanted);
        return () => {
            wanted = false;
        };
    }, [load, asked]);

    return {answer, failure, busy, asked, ask: (request: OverviewRequest) => setAsked({...request})};
}
