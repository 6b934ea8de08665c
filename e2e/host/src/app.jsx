import React, {useEffect} from 'react';
import {IntlProvider} from 'react-intl';
import {useSelector} from 'react-redux';

import {go, openChannel, openPermalink, search, setPreference} from './actions.js';
import {api} from './api.js';
import {AppBar} from './app_bar.jsx';
import {ChannelView} from './channel.jsx';
import {Console} from './console.jsx';
import {Dialog} from './dialog.jsx';
import {Login} from './login.jsx';
import {Sidebar} from './sidebar.jsx';
import {store, theme} from './store.js';
import {applyTheme, themes} from './theme.js';
import {RightSidebar, ThreadsView} from './thread.jsx';

/** The whole page. */
export function App() {
    const translations = useSelector((state) => state.host.translations);
    return (
        <IntlProvider
            locale='en'
            messages={Object.assign({}, ...Object.values(translations))}
            onError={() => {}}
        >
            <Page/>
        </IntlProvider>
    );
}

function Page() {
    const path = useSelector((state) => state.host.path).slice(window.basename.length);
    const ready = useSelector((state) => state.host.ready);
    const teamId = useSelector((state) => state.entities.teams.currentTeamId);
    const current = useSelector(theme);
    const inConsole = path.startsWith('/admin_console');

    // Mattermost's System Console always has the light theme. With ?console=themed, it has the user's.
    const light = inConsole && !location.search.includes('console=themed');
    useEffect(() => applyTheme(light ? themes.denim : current), [current.type, light]);

    if (!ready) {
        return <div className='loading'>Loading…</div>;
    }
    if (path.startsWith('/login') || !teamId) {
        return <Login/>;
    }
    if (inConsole) {
        return <Console pluginId={path.match(/plugin_([\w.-]+)/)?.[1] ?? 'zoom'}/>;
    }
    return <Main path={path}/>;
}

function Main({path}) {
    const [, team, kind, name] = path.split('/');
    const channels = useSelector((state) => state.entities.channels.channels);
    const channelId = useSelector((state) => state.entities.channels.currentChannelId);
    const roots = useSelector((state) => state.plugins.components.Root);
    const inThreads = kind === 'threads';

    // Links to a post: /_redirect/pl/ID in any team, or /TEAM/pl/ID.
    const permalink = kind === 'pl' ? name : '';
    useEffect(() => {
        if (permalink) {
            openPermalink(permalink);
        }
    }, [permalink]);

    useEffect(() => {
        if (permalink) {
            return;
        }
        if (inThreads) {
            openChannel('');
            return;
        }
        const found = Object.values(channels).find((channel) => (kind === 'messages' ? isWith(channel, name) : channel.name === name)) ?? Object.values(channels).find((channel) => channel.name === 'town-square');
        if (found) {
            openChannel(found.id);
        }
    }, [team, kind, name, inThreads, permalink]);

    return (
        <div className='page app__body'>
            <GlobalHeader/>
            <div className='page__columns'>
                <Sidebar inThreads={inThreads}/>
                {inThreads ? <ThreadsView threadId={name}/> : channelId && channels[channelId] && <ChannelView channel={channels[channelId]}/>}
                {!inThreads && <RightSidebar/>}
                <AppBar/>
            </div>
            {(roots ?? []).map(({id, component: Component}) => <Component key={id}/>)}
            <Dialog/>
        </div>
    );
}

// The address of a direct message has the other user's name: /messages/@alice.
function isWith({type, name}, handle) {
    const {currentUserId, profiles} = store.getState().entities.users;
    return type === 'D' && name.split('__').some((id) => id !== currentUserId && `@${profiles[id]?.username}` === handle);
}

function GlobalHeader() {
    const user = useSelector((state) => state.entities.users.profiles[state.entities.users.currentUserId]);
    const dark = useSelector(theme).type === 'Onyx';
    return (
        <header className='global-header'>
            <span className='global-header__product'>Channels</span>
            <input
                id='searchBox'
                className='global-header__search'
                aria-label='Search'
                placeholder='Search'
                onKeyDown={(event) => event.key === 'Enter' && search(event.target.value)}
            />
            <span className='global-header__note'>host page for tests — not the Mattermost web app</span>
            <button
                className='global-header__button'
                onClick={() => setPreference('theme', '', JSON.stringify(dark ? themes.denim : themes.onyx))}
            >
                {dark ? 'Light theme' : 'Dark theme'}
            </button>
            {user.roles.includes('system_admin') && (
                <button
                    className='global-header__button'
                    onClick={() => go('/admin_console/plugins/plugin_zoom')}
                >
                    System Console
                </button>
            )}
            <button
                className='global-header__button'
                onClick={logOut}
            >
                Log out
            </button>
            <img
                className='global-header__avatar'
                src={api.image(user.id)}
                alt={`@${user.username}`}
            />
        </header>
    );
}

async function logOut() {
    await api.post('/users/logout');
    location.assign(`${window.basename}/login`);
}
