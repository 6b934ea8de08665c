import React, {useEffect, useRef, useState} from 'react';
import {useSelector} from 'react-redux';

import {cancelDialog, submitDialog} from './actions.js';
import {Markdown} from './markdown.jsx';

/** An interactive dialog that an integration opened, above the page. */
export function Dialog() {
    const open = useSelector((state) => state.host.dialog);
    if (!open) {
        return null;
    }
    return (
        <Form
            key={open.trigger_id}
            request={open}
        />
    );
}

function Form({request}) {
    const {title, introduction_text: intro, submit_label: label, elements} = request.dialog;
    const [values, setValues] = useState(() => Object.fromEntries((elements ?? []).map((element) => [element.name, initial(element)])));
    const [errors, setErrors] = useState({});
    const [failure, setFailure] = useState('');
    const [busy, setBusy] = useState(false);
    const box = useRef(null);

    useEffect(() => {
        const before = document.activeElement;
        (box.current.querySelector('.dialog__body :is(input, textarea, select)') ?? box.current.querySelector('#interactiveDialogSubmit')).focus();
        return () => before?.focus?.();
    }, []);

    async function submit(event) {
        event.preventDefault();
        const missing = Object.fromEntries((elements ?? []).map((element) => [element.name, problem(element, values[element.name])]).filter(([, text]) => text));
        setErrors(missing);
        setFailure('');
        if (Object.keys(missing).length > 0) {
            return;
        }
        setBusy(true);
        try {
            const answer = await submitDialog(request, Object.fromEntries((elements ?? []).map((element) => [element.name, submitted(element, values[element.name])])));
            setErrors(answer.errors);
            setFailure(answer.error);
        } catch (error) {
            setFailure(error.message);
        }
        setBusy(false);
    }

    return (
        <div className='dialog__backdrop'>
            <form
                ref={box}
                id='interactiveDialogModal'
                className='dialog'
                role='dialog'
                aria-modal='true'
                aria-labelledby='interactiveDialogModalLabel'
                noValidate={true}
                onSubmit={submit}
                onKeyDown={(event) => event.key === 'Escape' && cancelDialog(request)}
            >
                <header className='dialog__header'>
                    <h2 id='interactiveDialogModalLabel'>{title}</h2>
                    <button
                        type='button'
                        className='dialog__close'
                        aria-label='Close'
                        onClick={() => cancelDialog(request)}
                    >
                        ✕
                    </button>
                </header>
                <div className='dialog__body'>
                    {intro && <Markdown text={intro}/>}
                    {(elements ?? []).map((element) => (
                        <Field
                            key={element.name}
                            element={element}
                            value={values[element.name]}
                            error={errors[element.name]}
                            change={(value) => setValues((old) => ({...old, [element.name]: value}))}
                        />
                    ))}
                    {failure && (
                        <p
                            className='dialog__error'
                            role='alert'
                        >
                            {failure}
                        </p>
                    )}
                </div>
                <footer className='dialog__footer'>
                    <button
                        id='interactiveDialogCancel'
                        type='button'
                        className='btn'
                        onClick={() => cancelDialog(request)}
                    >
                        Cancel
                    </button>
                    <button
                        id='interactiveDialogSubmit'
                        type='submit'
                        className='btn btn-primary'
                        disabled={busy}
                    >
                        {label || 'Submit'}
                    </button>
                </footer>
            </form>
        </div>
    );
}

// Returns a field's initial value.
function initial({type, default: value, multiselect: several}) {
    if (several) {
        return value ? value.split(',') : [];
    }
    return type === 'bool' ? String(value).toLowerCase() === 'true' : value ?? '';
}

// The checks that Mattermost makes before it submits a dialog.
function problem({type, optional, min_length: least}, value) {
    if (value === '' || Array.isArray(value) && value.length === 0 || type === 'bool' && !value) {
        return optional ? '' : 'This field is required.';
    }
    return least > 0 && value.length < least ? `Minimum input length is ${least}.` : '';
}

function submitted({type, subtype}, value) {
    return (type === 'text' || type === 'textarea') && subtype === 'number' && value !== '' ? Number(value) : value;
}

function Field({element, value, error, change}) {
    const {name, display_name: label, help_text: help, optional, type} = element;
    const Input = {textarea: Lines, select: Choice, radio: Radios, bool: Check}[type] ?? Line;
    return (
        <div
            className='dialog__field'
            data-testid={name}
        >
            <label
                className='dialog__label'
                htmlFor={`dialog_${name}`}
            >
                {label}
                {optional ? <span className='dialog__optional'> (optional)</span> : <span className='dialog__required'> *</span>}
            </label>
            <Input
                element={element}
                id={`dialog_${name}`}
                value={value}
                invalid={Boolean(error)}
                change={change}
            />
            {error && (
                <div
                    className='dialog__error error-text'
                    role='alert'
                >
                    {error}
                </div>
            )}
            {help && <div className='dialog__help'><Markdown text={help}/></div>}
        </div>
    );
}

function Line({element, id, value, invalid, change}) {
    return (
        <input
            id={id}
            data-testid={`${element.name}input`}
            className='form-control'
            type={element.subtype || 'text'}
            autoComplete='off'
            placeholder={element.placeholder}
            maxLength={element.max_length || 150}
            aria-invalid={invalid}
            value={value}
            onChange={(event) => change(event.target.value)}
        />
    );
}

function Lines({element, id, value, invalid, change}) {
    return (
        <textarea
            id={id}
            data-testid={`${element.name}input`}
            className='form-control dialog__lines'
            rows={4}
            placeholder={element.placeholder}
            maxLength={element.max_length || 3000}
            aria-invalid={invalid}
            value={value}
            onChange={(event) => change(event.target.value)}
        />
    );
}

function Choice({element, id, value, invalid, change}) {
    if (element.multiselect) {
        return (
            <select
                multiple={true}
                id={id}
                className='form-control'
                aria-invalid={invalid}
                value={value}
                onChange={(event) => change([...event.target.selectedOptions].map((option) => option.value))}
            >
                {element.options.map((option) => (
                    <option
                        key={option.value}
                        value={option.value}
                    >
                        {option.text}
                    </option>
                ))}
            </select>
        );
    }
    return (
        <select
            id={id}
            data-testid={`${element.name}input`}
            className='form-control'
            aria-invalid={invalid}
            value={value}
            onChange={(event) => change(event.target.value)}
        >
            <option value=''>{element.placeholder || 'Select an option…'}</option>
            {(element.options ?? []).map((option) => (
                <option
                    key={option.value}
                    value={option.value}
                >
                    {option.text}
                </option>
            ))}
        </select>
    );
}

function Radios({element, id, value, change}) {
    return (element.options ?? []).map((option, index) => (
        <label
            key={option.value}
            className='dialog__option'
        >
            <input
                id={index === 0 ? id : undefined}
                type='radio'
                name={element.name}
                value={option.value}
                checked={value === option.value}
                onChange={() => change(option.value)}
            />
            {option.text}
        </label>
    ));
}

function Check({element, id, value, change}) {
    return (
        <label className='dialog__option'>
            <input
                id={id}
                data-testid={`${element.name}input`}
                type='checkbox'
                checked={value}
                onChange={(event) => change(event.target.checked)}
            />
            {element.placeholder || element.display_name}
        </label>
    );
}
