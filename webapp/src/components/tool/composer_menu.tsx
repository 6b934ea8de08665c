import React, {useEffect, useLayoutEffect, useRef, useState} from 'react';

import {ToolIcon} from './tool_icon';

import type {TextId} from '../../i18n';
import type {Tool} from '../../types/api';
import {Text} from '../common/text';

const entries: Array<{word: Tool['can'][number]; label: TextId}> = [
    {word: 'trigger', label: 'zoom.tool.trigger'},
    {word: 'search', label: 'zoom.tool.search'},
    {word: 'configure', label: 'zoom.tool.configure'},
];

/** Whether a tool has anything for the composer: one that is only set up there is none. */
export function isForComposer(tool: Tool): boolean {
    return tool.can.some((word) => word === 'trigger' || word === 'search');
}

/** The tool's icon at the message composer, with what can be done there. */
export function ComposerMenu({tool, onChoose}: {tool: Tool; onChoose: (word: string) => void}) {
    const [open, setOpen] = useState(false);
    const button = useRef<HTMLButtonElement>(null);
    const whole = useRef<HTMLSpanElement>(null);
    const offered = entries.filter(({word}) => tool.can.includes(word));

    useEffect(() => {
        const leave = (event: MouseEvent) => {
            if (!whole.current?.contains(event.target as Node)) {
                setOpen(false);
            }
        };
        document.addEventListener('mousedown', leave);
        return () => document.removeEventListener('mousedown', leave);
    }, []);

    const close = () => {
        setOpen(false);
        button.current?.focus();
    };
    return (
        <span
            ref={whole}
            className='zoom-composer'
        >
            <button
                ref={button}
                type='button'
                className='zoom-composer__button'
                aria-label={tool.name}
                aria-haspopup='menu'
                aria-expanded={open}
                title={tool.name}
                onClick={() => setOpen(!open)}
            >
                <ToolIcon/>
            </button>
            {open && (
                <Menu
                    tool={tool}
                    offered={offered}
                    onClose={close}
                    onChoose={(word) => {
                        close();
                        onChoose(word);
                    }}
                />
            )}
        </span>
    );
}

interface MenuProps {
    tool: Tool;
    offered: typeof entries;
    onClose(): void;
    onChoose(word: string): void;
}

// The menu has the focus from when it opens; see https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/.
function Menu({tool, offered, onClose, onChoose}: MenuProps) {
    const menu = useRef<HTMLDivElement>(null);
    useLayoutEffect(() => menu.current?.querySelector('button')?.focus(), []); // before the next key

    const step = (event: React.KeyboardEvent) => {
        const all = Array.from(menu.current?.querySelectorAll('button') ?? []);
        const at = all.indexOf(document.activeElement as HTMLButtonElement);
        if (event.key === 'Escape' || event.key === 'Tab') {
            event.preventDefault();
            event.stopPropagation();
            onClose();
        } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            all[(at + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length]?.focus();
        }
    };
    return (
        <div
            ref={menu}
            role='menu'
            tabIndex={-1}
            aria-label={tool.name}
            className='zoom-composer__menu'
            onKeyDown={step}
        >
            {offered.map(({word, label}) => (
                <button
                    key={word}
                    type='button'
                    role='menuitem'
                    onClick={() => onChoose(word)}
                >
                    <Text
                        id={label}
                        values={{tool: tool.name}}
                    />
                </button>
            ))}
        </div>
    );
}
