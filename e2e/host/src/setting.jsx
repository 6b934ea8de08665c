import React from 'react';

import {Markdown} from './markdown.jsx';

/** A setting in the System Console: the name on the left, the control and help on the right. */
export function Setting(props) {
    const {setting, id, custom, value, onChange} = props;
    if (custom) {
        const Component = custom.component;
        const component = (
            <Component
                id={id}
                label={setting.display_name}
                helpText={setting.help_text}
                value={value}
                disabled={false}
                onChange={onChange}
                setSaveNeeded={() => {}}
                registerSaveAction={() => {}}
                unRegisterSaveAction={() => {}}
            />
        );
        return custom.showTitle ? <Line {...props}>{component}</Line> : component;
    }
    const Control = controls[setting.type] ?? controls.text;
    return <Line {...props}><Control {...props}/></Line>;
}

function Line({setting, id, children}) {
    return (
        <div className='setting'>
            <label
                className='setting__name'
                htmlFor={id}
            >
                {setting.display_name}
            </label>
            <div className='setting__control'>
                {children}
                {setting.help_text && <div className='setting__help'><Markdown text={setting.help_text}/></div>}
            </div>
        </div>
    );
}

const controls = {
    custom: () => <p className='setting__banner'>In order to view this setting, enable the plugin and click Save.</p>,

    text: ({setting, id, value, onChange}) => (
        <input
            id={id}
            className='form-control'
            type='text'
            placeholder={setting.placeholder}
            value={value}
            onChange={(event) => onChange(setting.key, event.target.value)}
        />
    ),

    bool: ({setting, id, value, onChange}) => (
        <div role='radiogroup'>
            {[true, false].map((option) => (
                <label
                    key={String(option)}
                    className='setting__radio'
                >
                    <input
                        id={`${id}${option}`}
                        type='radio'
                        name={id}
                        checked={(value === true || value === 'true') === option}
                        onChange={() => onChange(setting.key, option)}
                    />
                    {String(option)}
                </label>
            ))}
        </div>
    ),

    dropdown: ({setting, id, value, onChange}) => (
        <select
            id={id}
            className='form-control'
            value={value}
            onChange={(event) => onChange(setting.key, event.target.value)}
        >
            {setting.options.map((option) => (
                <option
                    key={option.value}
                    value={option.value}
                >
                    {option.display_name}
                </option>
            ))}
        </select>
    ),

    generated: ({setting, id, value, onChange}) => (
        <>
            <input
                id={id}
                className='form-control'
                type='text'
                readOnly={true}
                value={value ?? ''}
            />
            <div className='setting__help'>{setting.regenerate_help_text}</div>
            <button
                className='btn'
                type='button'
                onClick={() => onChange(setting.key, secret())}
            >
                Regenerate
            </button>
        </>
    ),
};

// 32 letters and digits, as in Mattermost's console.
function secret() {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
    return [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => letters[byte % letters.length]).join('');
}
