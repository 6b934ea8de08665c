import React, {useLayoutEffect, useState} from 'react';

import {Field, inputId} from './field';

import type {Form, FormField, FormOption} from '../../types/api';
import {Button} from '../common/button';
import {Markdown} from '../common/markdown';
import {Spinner} from '../common/spinner';
import {Text} from '../common/text';

interface FormViewProps {
    form: Form;

    /** The errors in the values sent last, by field name. */
    errors: Record<string, string>;
    saving: boolean;
    onChanged(): void;
    onSubmit(values: Record<string, string>): void;
    onCancel(): void;
    find(field: string, term: string): Promise<FormOption[]>;
}

/** A form from the server. The first field with an error has the focus, or else the first field. */
export function FormView({form, errors, saving, onChanged, onSubmit, onCancel, find}: FormViewProps) {
    const [values, setValues] = useState(() => Object.fromEntries(form.fields.map((field) => [field.name, field.default])));

    const first = form.fields.find(({name}) => errors[name])?.name ?? form.fields[0]?.name ?? '';

    // A layout effect, before the user can type: Mattermost sends keys pressed outside a field to its message box.
    useLayoutEffect(() => document.getElementById(inputId(first))?.focus(), [first, errors]);

    const submit = (event: {preventDefault(): void}) => {
        event.preventDefault();
        if (!saving) {
            onSubmit(values);
        }
    };
    const one = (field: FormField) => (
        <Field
            key={field.name}
            field={field}
            value={values[field.name] ?? ''}
            error={errors[field.name] ?? ''}
            saving={saving}
            onChange={(value) => {
                setValues({...values, [field.name]: value});
                onChanged();
            }}
            find={(term) => find(field.name, term)}
        />
    );
    return (
        <form
            className='zoom-form'
            noValidate={true}
            onSubmit={submit}
        >
            <div className='zoom-modal__body'>
                {form.intro && <Markdown text={form.intro}/>}
                {form.fields.map(one)}
            </div>
            <div className='zoom-modal__foot'>
                <Button onClick={onCancel}>
                    <Text id='zoom.window.cancel'/>
                </Button>
                <button
                    type='submit'
                    className='zoom-button zoom-button--primary'
                    aria-busy={saving}
                    aria-disabled={saving}
                >
                    {saving && <Spinner/>}
                    {form.submit || <Text id='zoom.window.submit'/>}
                </button>
            </div>
        </form>
    );
}
