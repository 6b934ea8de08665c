import React, {useEffect, useRef, useState} from 'react';

import {Button} from './button';
import {Text, useText} from './text';

const copiedForMs = 2000;

/** A read-only address under its name, with a button that copies it. */
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

// The clipboard API is missing on pages served without TLS, as a first set-up often is; there the selected field is
// copied the old way.
async function copyText(value: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(value);
        return true;
    } catch {
        return Boolean(document.execCommand?.('copy'));
    }
}
