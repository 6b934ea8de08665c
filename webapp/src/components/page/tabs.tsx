import React, {useRef} from 'react';

import type {Tab, TabItem, WindowButton} from '../../types/api';
import {Button} from '../common/button';
import {Markdown} from '../common/markdown';
import {Named} from '../common/named';

interface TabsProps {
    tabs: Tab[];

    /** The id of the tab that is shown. */
    chosen?: string;
    onChoose(id: string): void;

    /** Sends what a button holds. */
    onPress(press: string): void;
}

/** The tabs of a page, worked by arrow keys as well; see https://www.w3.org/WAI/ARIA/apg/patterns/tabs/. */
export function Tabs({tabs, chosen, onChoose, onPress}: TabsProps) {
    const list = useRef<HTMLDivElement>(null);
    const at = Math.max(tabs.findIndex(({id}) => id === chosen), 0);
    const step = (event: React.KeyboardEvent) => {
        const by = {ArrowRight: 1, ArrowLeft: tabs.length - 1}[event.key];
        if (by !== undefined) {
            event.preventDefault();
            const next = (at + by) % tabs.length;
            onChoose(tabs[next].id);
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
                        onClick={() => onChoose(id)}
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
                            onPress={onPress}
                        />
                    ))}
                    <Buttons
                        buttons={tab.buttons}
                        onPress={onPress}
                    />
                </div>
            )}
        </>
    );
}

function Item({item, onPress}: {item: TabItem; onPress(press: string): void}) {
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
            <Buttons
                buttons={item.buttons}
                about={item.title}
                onPress={onPress}
            />
        </section>
    );
}

function Buttons({buttons, about, onPress}: {buttons: WindowButton[]; about?: string; onPress(press: string): void}) {
    return (
        <div className='zoom-note__buttons'>
            {buttons.map(({label, primary, press}) => (
                <Button
                    key={press}
                    primary={primary}
                    label={about ? `${label}: ${about}` : undefined}
                    onClick={() => onPress(press)}
                >
                    {label}
                </Button>
            ))}
        </div>
    );
}
