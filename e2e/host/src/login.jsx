import React, {useState} from 'react';

import {go, start} from './actions.js';
import {api} from './api.js';

/** The login page. */
export function Login() {
    const [failure, setFailure] = useState('');

    async function submit(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        try {
            await api.post('/users/login', {login_id: form.get('login'), password: form.get('password')});
        } catch (error) {
            setFailure(error.message);
            return;
        }
        const next = new URLSearchParams(location.search).get('redirect_to');
        await start();
        go(next?.startsWith('/') && !next.startsWith('//') ? next.slice(window.basename.length) : '/');
    }

    return (
        <form
            className='login'
            onSubmit={submit}
        >
            <h1>Log in to your account</h1>
            <input
                id='input_loginId'
                name='login'
                aria-label='Email or Username'
                placeholder='Email or Username'
                autoComplete='username'
            />
            <input
                id='input_password-input'
                name='password'
                type='password'
                aria-label='Password'
                placeholder='Password'
                autoComplete='current-password'
            />
            {failure && <p role='alert'>{failure}</p>}
            <button
                id='saveSetting'
                className='btn btn-primary'
                type='submit'
            >
                Log in
            </button>
        </form>
    );
}
