import React, {useRef} from 'react';

import styles from './tabs.css?inline';

import {addStyles} from '../../styles';
import type {Tab, TabItem} from '../../types/api';
import {Markdown} from '../common/markdown';
import {Named} from '../common/named';
import {WindowButtons} from '../window/window_buttons';

addStyles(styles);

interface TabsProps {
    tabs: Tab[];

    /** The ID of the selected tab. */
    selected?: string;
    onSelect(id: string): void;

    /** Sends the sealed operation of a clicked button. */
    onClick(press: string): void;
}

/** The tabs of a page. Arrow keys work as in https://www.w3.org/WAI/ARIA/apg/patterns/tabs/. */
export function Tabs({tabs, selected, onSelect, onClick}: TabsProps) {
    const list = useRef<HTMLDivElement>(null);
    const at = Math.max(tabs.findIndex(({id}) => id === selected), 0);
    const step = (event: React.KeyboardEvent) => {
        const by = {ArrowRight: 1, ArrowLeft: tabs.length - 1}[event.key];
        if (by !== undefined) {
            event.preventDefault();
            const next = (at + by) % tabs.length;
            onSelect(tabs[next].id);
            list.current?.querySelectorAll('button')[next]?.focus();
        }
    };
    const tab = tabs[at];
    return (
        <>
            <div
                ref={list}
                role='tablist'
                tabIndex={-1}
                className='zoom-tabs'
                onKeyDown={step}
            >
                {tabs.map(({id, title}) => (
                    <button
                        key={id}
                        id={`zoom-tab-${id}`}
                        type='button'
                        role='tab'
                        aria-selected={id === tab.id}
                        aria-controls='zoom-tab-panel'
                        tabIndex={id === tab.id ? 0 : -1}
                        onClick={() => onSelect(id)}
                    >
                        {title}
                    </button>
                ))}
            </div>
            {tab && (
                <div
                    id='zoom-tab-panel'
                    role='tabpanel'
                    aria-labelledby={`zoom-tab-${tab.id}`}
                    className='zoom-modal__body'
                >
                    {tab.intro && <Markdown text={tab.intro}/>}
                    {tab.items.map((item, index) => (
                        <Item
                            key={index}
                            item={item}
                            onClick={onClick}
                        />
                    ))}
                    <WindowButtons
                        buttons={tab.buttons}
                        onClick={onClick}
                    />
                </div>
            )}
        </>
    );
}

function Item({item, onClick}: {item: TabItem; onClick(press: string): void}) {
    return (
        <section className='zoom-item'>
            <h2>
                <Named
                    name={item.title}
                    url={item.url}
                />
            </h2>
            {item.details.map((line, index) => (
                <Markdown
                    key={index}
                    text={line}
                />
            ))}
            <WindowButtons
                buttons={item.buttons}
                about={item.title}
                onClick={onClick}
            />
        </section>
    );
}
