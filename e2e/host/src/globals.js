// The libraries that Mattermost's page offers plugins on the window.
import PropTypes from 'prop-types';
import * as React from 'react';
import * as ReactBootstrap from 'react-bootstrap';
import * as ReactDOM from 'react-dom';
import * as ReactIntl from 'react-intl';
import * as ReactRedux from 'react-redux';
import * as Redux from 'redux';

import {go} from './actions.js';
import {PostUtils} from './markdown.jsx';

Object.assign(window, {PropTypes, React, ReactBootstrap, ReactDOM, ReactIntl, ReactRedux, Redux, PostUtils, WebappUtils: {browserHistory: {push: go}}});
