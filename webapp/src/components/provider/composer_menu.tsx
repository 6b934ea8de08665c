import React, {useEffect, useLayoutEffect, useRef, useState} from 'react';

import {ProviderIcon} from './provider_icon';
import styles from './composer_menu.css?inline';

import type {TextId} from '../../i18n';
import {addStyles} from '../../styles';
import type {Provider} from '../../types/api';
import {Text} from '../common/text';

addStyles(styles);

const entries: Array<{word: Provider['can'][number]; label: TextId}> = [
    {word: 'trigger', label: 'zoom.provider.trigger'},
    {word: 'search', label: 'zoom.provider.search'},
    {word: 'configure', label: 'zoom.provider.configure'},
];

/** Reports whether a provider has an entry for the composer. To configure it isn't enough. */
export function isForComposer(provider: Provider): boolean {
    return provider.can.some((word) => word === 'trigger' || word === 'search');
}

/** The provider's button at the message composer, with a menu of its actions. */
export function ComposerMenu({provider, onSelect}: {provider: Provider; onSelect: (word: string) => void}) {
    const [open, setOpen] = useState(false);
    const button = useRef<HTMLButtonElement>(null);
    const whole = useRef<HTMLSpanElement>(null);
    const offered = entries.filter(({word}) => provider.can.includes(word));

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
                aria-label={provider.name}
                aria-haspopup='menu'
                aria-expanded={open}
                title={provider.name}
                onClick={() => setOpen(!open)}
            >
                <ProviderIcon/>
            </button>
            {open && (
                <Menu
                    provider={provider}
                    offered={offered}
                    onClose={close}
                    onSelect={(word) => {
                        close();
                        onSelect(word);
                    }}
                />
            )}
        </span>
    );
}

interface MenuProps {
    provider: Provider;
    offered: typeof entries;
    onClose(): void;
    onSelect(word: string): void;
}

// The menu takes the focus when it opens; see https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/.
function Menu({provider, offered, onClose, onSelect}: MenuProps) {
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
            aria-label={provider.name}
            className='zoom-composer__menu'
            onKeyDown={step}
        >
            {offered.map(({word, label}) => (
                <button
                    key={word}
                    type='button'
                    role='menuitem'
                    onClick={() => onSelect(word)}
                >
                    <Text
                        id={label}
                        values={{provider: provider.name}}
                    />
                </button>
            ))}
        </div>
    );
}
