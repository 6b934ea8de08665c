import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import react from 'eslint-plugin-react';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
    {ignores: ['dist']},
    js.configs.recommended,
    ...ts.configs.recommended,
    jsxA11y.flatConfigs.strict,
    {
        files: ['src/**/*.{ts,tsx}'],
        ...react.configs.flat.recommended,
        languageOptions: {...react.configs.flat.recommended.languageOptions, globals: globals.browser},
        settings: {react: {version: '18.3'}},
    },
    {
        files: ['src/**/*.{ts,tsx}'],
        plugins: {'react-hooks': reactHooks},
        rules: {
            'react-hooks/rules-of-hooks': 'error',
            'react-hooks/exhaustive-deps': 'error',
            'react/prop-types': 'off',
            'react/no-danger': 'error',
            'react/jsx-no-target-blank': 'error',
            'max-lines': ['error', 400],
            'max-lines-per-function': ['error', {max: 80, skipComments: true, skipBlankLines: true}],
            eqeqeq: 'error',
            'no-console': 'error',
            'no-restricted-imports': ['error', {paths: [

                // Missing from React 17, which older servers ship.
                {name: 'react', importNames: ['useId', 'useSyncExternalStore', 'useTransition', 'useDeferredValue', 'useInsertionEffect', 'use'], message: 'React 17 does not have it.'},
                {name: 'react-dom/client', message: 'React 17 does not have it.'},
                {name: 'react/jsx-runtime', message: 'The page does not have it.'},
            ]}],
        },
    },
    {
        files: ['src/**/*.test.{ts,tsx}', 'src/testing/**'],
        rules: {'max-lines-per-function': 'off'},
    },
    {files: ['testing/*.mjs'], languageOptions: {globals: globals.node}},
);
