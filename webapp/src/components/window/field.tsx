import React from 'react';

import {Picker} from './picker';
import styles from './field.css?inline';

import {addStyles} from '../../styles';
import type {FormField, FormOption} from '../../types/api';
import {useText} from '../common/text';

addStyles(styles);

// Up to this many options, the browser's own list works best, above all on phones.
const maxPlainOptions = 8;

/** The props of a form field. */
export interface FieldProps {
    field: FormField;
    value: string;

    /** What is wrong with the value, or ''. */
    error: string;

    /** The form is being sent: the field keeps the focus but ignores input. */
    saving: boolean;
    onChange(value: string): void;
    find(term: string): Promise<FormOption[]>;
}

/** Returns the element ID of a field's input. */
export function inputId(name: string): string {
    return `zoom-field-${name}`;
}

/** A form field with its label, help, and error. */
export function Field(props: FieldProps) {
    return props.field.kind === 'multiselect' ? <Choices {...props}/> : <Single {...props}/>;
}

/** A field with any number of selected options, each a checkbox. The value is the selected options' values, joined by commas. */
function Choices({field, value, error, saving, onChange}: FieldProps) {
    const id = inputId(field.name);
    const selected = value ? value.split(',') : [];
    const toggle = (changed: string, on: boolean) => {
        onChange(field.options.filter((option) => (option.value === changed ? on : selected.includes(option.value))).map((option) => option.value).join(','));
    };
    return (
        <fieldset
            className='zoom-field zoom-choices'
            aria-describedby={[field.help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ') || undefined}
        >
            <legend>
                {field.label}
                {!field.optional && <Required/>}
            </legend>
            <Notes
                field={field}
                error={error}
            />
            <div className='zoom-choices__grid'>
                {field.options.map((option, index) => (
                    <label key={option.value}>
                        <input
                            id={index === 0 ? id : undefined}
                            type='checkbox'
                            aria-disabled={saving || undefined}
                            checked={selected.includes(option.value)}
                            onChange={(event) => !saving && toggle(option.value, event.target.checked)}
                        />
                        {option.label}
                    </label>
                ))}
            </div>
        </fieldset>
    );
}

function Required() {
    const text = useText();
    return (
        <span
            className='zoom-field__required'
            title={text('zoom.window.required')}
        >
            {' *'}
        </span>
    );
}

/** A field's help and error. */
function Notes({field, error}: {field: FormField; error: string}) {
    const id = inputId(field.name);
    return (
        <>
            {field.help && (
                <div
                    id={`${id}-help`}
                    className='zoom-field__help'
                >
                    {field.help}
                </div>
            )}
            {error && (
                <div
                    id={`${id}-error`}
                    className='zoom-field__error'
                >
                    {error}
                </div>
            )}
        </>
    );
}

function Single(props: FieldProps) {
    const {field, error} = props;
    const id = inputId(field.name);
    const about = [field.help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ');
    return (
        <div className={field.kind === 'bool' ? 'zoom-field zoom-field--bool' : 'zoom-field'}>
            <label htmlFor={id}>
                {field.label}
                {!field.optional && field.kind !== 'bool' && <Required/>}
            </label>
            <Input
                {...props}
                id={id}
                describedBy={about || undefined}
            />
            <Notes
                field={field}
                error={error}
            />
        </div>
    );
}

function Input({field, value, error, saving, onChange, find, id, describedBy}: FieldProps & {id: string; describedBy?: string}) {
    const common = {
        id,
        'aria-disabled': saving || undefined,
        'aria-invalid': error !== '',
        'aria-describedby': describedBy,
        'aria-required': !field.optional,
    };
    const typed = {
        ...common,
        className: 'zoom-input',
        value,
        readOnly: saving,
        placeholder: field.placeholder,
        maxLength: field.max_length > 0 ? field.max_length : undefined,
        onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => onChange(event.target.value),
    };
    switch (field.kind) {
    case 'bool':
        return (
            <input
                {...common}
                type='checkbox'
                aria-required={undefined}
                checked={value === 'true'}
                onChange={(event) => !saving && onChange(String(event.target.checked))}
            />
        );
    case 'textarea':
        return (
            <textarea
                {...typed}
                rows={5}
            />
        );
    case 'select':
        return field.search || field.options.length > maxPlainOptions ? (
            <Picker
                id={id}
                field={field}
                value={value}
                invalid={error !== ''}
                describedBy={describedBy}
                saving={saving}
                onChange={onChange}
                find={find}
            />
        ) : (
            <select
                {...common}
                className='zoom-input'
                value={value}
                onChange={(event) => !saving && onChange(event.target.value)}
            >
                {(field.optional || value === '') && <option value=''/>}
                {field.options.map((option) => (
                    <option
                        key={option.value}
                        value={option.value}
                    >
                        {option.label}
                    </option>
                ))}
            </select>
        );
    default:
        return (
            <input
                {...typed}
                type={field.kind === 'secret' ? 'password' : 'text'}
                autoComplete='off'
            />
        );
    }
}
