import React, {useEffect, useState} from 'react';
import {useSelector} from 'react-redux';

import {go} from './actions.js';
import {api} from './api.js';
import {Markdown} from './markdown.jsx';
import {Setting} from './setting.jsx';

/** A plugin's page in the System Console, drawn from its settings_schema. It reads and saves the real configuration. */
export function Console({pluginId}) {
    const [manifest, setManifest] = useState(null);
    const [values, setValues] = useState(null);
    const [enabled, setEnabled] = useState(true);
    const [failure, setFailure] = useState('');
    const [state, setState] = useState('unchanged');

    useEffect(() => {
        Promise.all([api.get('/plugins'), api.get('/config')]).then(([{active, inactive}, config]) => {
            setManifest([...active, ...inactive].find(({id}) => id === pluginId));
            setValues(config.PluginSettings.Plugins[pluginId] ?? {});
            setEnabled(config.PluginSettings.PluginStates[pluginId]?.Enable ?? false);
        }).catch((error) => setFailure(error.message));
    }, [pluginId]);

    const change = (key, value) => {
        setValues((old) => ({...old, [key.toLowerCase()]: value}));
        setState('changed');
    };

    async function save() {
        setState('saving');
        setFailure('');
        try {
            await api.put('/config/patch', {PluginSettings: {Plugins: {[pluginId]: values}, PluginStates: {[pluginId]: {Enable: enabled}}}});
            setState('unchanged');
        } catch (error) {
            setFailure(error.message);
            setState('changed');
        }
    }

    return (
        <div className='console'>
            <nav className='console__nav'>
                <b>System Console</b>
                <button onClick={() => go('/')}>← Back to channels</button>
                <span className='console__category'>Plugins</span>
                <span className='console__page'>{manifest?.name}</span>
            </nav>
            <main className='console__main'>
                <h1 className='console__title'>{manifest?.name}</h1>
                {manifest && values && (
                    <Settings
                        manifest={manifest}
                        values={values}
                        enabled={enabled}
                        onChange={change}
                        onEnable={(on) => {
                            setEnabled(on);
                            setState('changed');
                        }}
                    />
                )}
                <div className='console__footer'>
                    <button
                        id='saveSetting'
                        data-testid='saveSetting'
                        className='btn btn-primary'
                        disabled={state !== 'changed'}
                        onClick={save}
                    >
                        {state === 'saving' ? 'Saving…' : 'Save'}
                    </button>
                    {failure && <span role='alert'>{failure}</span>}
                </div>
            </main>
        </div>
    );
}

function Settings({manifest, values, enabled, onChange, onEnable}) {
    const custom = useSelector((state) => state.plugins.adminConsoleCustomComponents[manifest.id]) ?? {};
    const schema = manifest.settings_schema ?? {};
    return (
        <div className='console__settings'>
            {schema.header && <div className='console__header'><Markdown text={schema.header}/></div>}
            <Setting
                setting={{key: 'Enable', type: 'bool', display_name: 'Enable Plugin:'}}
                id={`PluginSettings.PluginStates.${manifest.id}.Enable`}
                value={enabled}
                onChange={(_key, value) => onEnable(value)}
            />
            {(schema.settings ?? []).map((setting) => (
                <Setting
                    key={setting.key}
                    setting={setting}
                    id={`PluginSettings.Plugins.${manifest.id}.${setting.key.toLowerCase()}`}
                    value={values[setting.key.toLowerCase()] ?? setting.default ?? ''}
                    custom={custom[setting.key.toLowerCase()]}
                    onChange={onChange}
                />
            ))}
            {schema.footer && <Markdown text={schema.footer}/>}
        </div>
    );
}
