import {vi} from 'vitest';

/** A request from the plugin. */
export interface Asked {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: Record<string, unknown>;
}

type Answer = {status?: number; json?: unknown; text?: string; gone?: boolean};

/** Replaces the server behind fetch: gives the set answers, records the requests, and can hold answers back. */
export class FakeServer {
    readonly asked: Asked[] = [];
    private readonly answers = new Map<string, Answer>();
    private gate: Promise<void> = Promise.resolve();

    constructor() {
        vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => this.handle(url, init));
    }

    /** Sets the answer to 'METHOD /path' from now on. */
    says(route: string, answer: Answer) {
        this.answers.set(route, answer);
    }

    /** Holds all answers back until the returned function is called. */
    hold(): () => void {
        let release = () => {};
        this.gate = new Promise((resolve) => {
            release = resolve;
        });
        return release;
    }

    /** Returns the requests to a route, oldest first. */
    askedFor(route: string): Asked[] {
        return this.asked.filter(({method, path}) => `${method} ${path}` === route);
    }

    private async handle(url: string, {method = 'GET', headers, body}: RequestInit): Promise<Response> {
        this.asked.push({method, path: url, headers: headers as Record<string, string>, body: JSON.parse(String(body ?? '{}'))});
        const answer = this.answers.get(`${method} ${url}`) ?? {status: 404, text: 'no such page'};
        await this.gate;
        if (answer.gone) {
            throw new TypeError('Failed to fetch');
        }
        return new Response(answer.text ?? JSON.stringify(answer.json), {status: answer.status ?? 200});
    }
}
