import {act, render, screen} from '@testing-library/react';
import React from 'react';
import {IntlProvider} from 'react-intl';
import {Provider, useSelector} from 'react-redux';
import {createStore} from 'redux';
import {vi} from 'vitest';

import {FakeRegistry} from './fake_registry';
import {FakeServer} from './fake_server';
import {configured, lookingAtTownSquare} from './fixtures';

import type {Plugin} from '../index';
import type {Config} from '../types/api';
import type {Channel, GlobalState, Post} from '../types/mattermost-webapp';

// Node's, which fake timers leave alone.
declare function setImmediate(done: (value: unknown) => void): void;

type State = Omit<GlobalState, 'plugins-zoom'>;

interface PageOptions {
    config?: Partial<Config>;
    state?: State;
    posts?: Post[];

    /** Draws the posts as the sidebar of a thread does. */
    inThread?: boolean;
    channel?: Channel | null;
    basename?: string;
    locale?: string;
}

/** A Mattermost page with the plugin loaded: the parts of Mattermost that the plugin reads, or that show the plugin. */
export class FakePage {
    readonly server = new FakeServer();
    readonly registry: FakeRegistry;

    /** The tabs opened so far. Set blockTabs to make the browser block them. */
    readonly tabs: string[] = [];
    blockTabs = false;
    private readonly store;
    private plugin!: Plugin;

    constructor(readonly options: PageOptions) {
        let pluginReducer: (state: unknown, action: unknown) => unknown = (state) => state ?? null;
        this.store = createStore((state: Record<string, unknown> | undefined, action: {type: string; state?: State}) => ({
            ...(state ?? options.state ?? lookingAtTownSquare()),
            ...action.state,
            ...(action.type === 'toggle_sidebar' && this.registry.toggled()),
            'plugins-zoom': pluginReducer(state?.['plugins-zoom'], action) ?? undefined,
        }));
        const changed = () => this.store.dispatch({type: 'redraw', state: {...this.state, plugins: {components: {AppBar: {}}}}});
        this.registry = new FakeRegistry({
            reducer: (reducer) => {
                pluginReducer = reducer;
                changed();
            },
            changed,
        });
        window.basename = options.basename;
        vi.stubGlobal('open', (url: string) => {
            this.tabs.push(url);
            return this.blockTabs ? null : {opener: window};
        });
        this.server.says(`GET ${options.basename ?? ''}/plugins/zoom/api/v1/config`, {json: {...configured, ...options.config}});
    }

    /** Loads the bundle the way Mattermost does, and draws the page. */
    async load() {
        vi.resetModules();
        window.registerPlugin = (_id, plugin) => {
            this.plugin = plugin as Plugin;
        };
        await import('../index');
        this.plugin.initialize(this.registry.facade, this.store as never);
        await this.settle();
        const {registry, options} = this;
        render(
            <Provider store={this.store}>
                <IntlProvider
                    locale={options.locale ?? 'en'}
                    messages={registry.translations(options.locale ?? 'en')}
                    onError={() => {}}
                >
                    <Drawn page={this}/>
                </IntlProvider>
            </Provider>,
        );
        await this.settle();
    }

    /** Disables the plugin. */
    unload() {
        this.plugin.uninitialize();
    }

    /** Mattermost's state. */
    get state(): State {
        return this.store.getState() as unknown as State;
    }

    /** Changes Mattermost's state, for example to open a thread. */
    change(state: Partial<State>) {
        act(() => void this.store.dispatch({type: 'change', state: {...this.state, ...state}}));
    }

    /** Waits until everything in progress is finished. */
    async settle() {
        await act(async () => {
            for (let turn = 0; turn < 8; turn++) {
                await Promise.resolve();
                await new Promise((resolve) => setImmediate(resolve));
            }
        });
    }

    /** The latest message for screen readers. */
    spoken(): string {
        return screen.getByTestId('zoom-live-region').textContent ?? '';
    }
}

// Draws the registered components the way Mattermost does, as the comments in the components describe it.
function Drawn({page: {registry, options}}: {page: FakePage}) {
    useSelector((state: GlobalState) => state.plugins?.components?.AppBar);
    const channel = options.channel === undefined ? {id: 'town'} : options.channel;
    return (
        <>
            {registry.roots.map((Root, index) => <Root key={index}/>)}
            {registry.sidebars.filter(({shown}) => shown).map(({id, component: Sidebar}) => <Sidebar key={id}/>)}
            {registry.headerButtons.map(({id, icon, action, tooltip}) => (
                <div key={id}>
                    <button
                        data-testid='header-button'
                        onClick={() => action(channel)}
                    >
                        {icon}
                    </button>
                    <div data-testid='header-tooltip'>{tooltip}</div>
                </div>
            ))}
            {registry.appBar.map(({id, icon, action, tooltip}) => (

                // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- Mattermost's own flaw, which the plugin works around
                <div
                    key={id}
                    id='app-bar-icon-zoom'
                    onClick={() => action(channel)}
                >
                    <div
                        role='button'
                        tabIndex={0}
                    >
                        <img
                            src={String(icon)}
                            alt='zoom'
                        />
                    </div>
                    <div data-testid='app-bar-tooltip'>{tooltip}</div>
                </div>
            ))}
            {(options.posts ?? []).map((post) => {
                const PostType = registry.postTypes[post.type ?? ''] ?? registry.postTypes.custom_zoom;
                return (
                    <article
                        key={post.id}
                        data-testid={post.id}
                    >
                        <PostType
                            post={post}
                            isRHS={options.inThread}
                        />
                    </article>
                );
            })}
        </>
    );
}

/** Opens a page with the plugin loaded, and waits until everything in progress is finished. */
export async function openPage(options: PageOptions = {}): Promise<FakePage> {
    const page = new FakePage(options);
    await page.load();
    return page;
}
