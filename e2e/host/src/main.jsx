import './globals.js';

import {mount} from 'host-mount';
import React from 'react';
import {Provider} from 'react-redux';

import {start} from './actions.js';
import {App} from './app.jsx';
import {store} from './store.js';

mount(
    <Provider store={store}>
        <App/>
    </Provider>,
    document.getElementById('root'),
);
start();
