import React, {useEffect, useRef, useState} from 'react';

import {Button} from './button';
import {Text, useText} from './text';
import styles from './copy_field.css?inline';

import {addStyles} from '../../styles';

addStyles(styles);

const copiedForMs = 2000;

/** A read-only URL with its name and a copy button. */
export function CopyField({name, value}: {name: string; value: string}) {
    const text = useText();
    const input = useRef<HTMLInputElement>(null);
    const [copied, setCopied] = useState(false);

    useEffect(() => {
        if (!copied) {
            return undefined;
        }
        const timer = setTimeout(() => setCopied(false), copiedForMs);
        return () => clearTimeout(timer);
    }, [copied]);

    async function copy() {
        input.current?.select();
        setCopied(await copyText(value));
    }

    return (
        <div className='zoom-copy'>
            <span
                className='zoom-copy__name'
                aria-hidden='true'
            >
                {name}
            </span>
            <span className='zoom-copy__row'>
                <input
                    ref={input}
                    className='zoom-copy__value'
                    type='text'
                    aria-label={name}
                    readOnly={true}
                    value={value}
                    onFocus={(event) => event.target.select()}
                />
                <Button
                    label={text('zoom.setup.copy_label', {name})}
                    onClick={copy}
                >
                    <Text id={copied ? 'zoom.setup.copied' : 'zoom.setup.copy'}/>
                </Button>
            </span>
            <span
                className='zoom-sr-only'
                role='status'
            >
                {copied && <Text id='zoom.setup.copied'/>}
            </span>
        </div>
    );
}

// Pages without TLS, common during setup, have no clipboard API. The old command copies the selected field there.
async function copyText(value: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(value);
        return true;
    } catch {
        return Boolean(document.execCommand?.('copy'));
    }
}
