import {vi} from 'vitest';

/** One request that the plugin made. */
export interface Asked {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: Record<string, unknown>;
}

type Answer = {status?: number; json?: unknown; text?: string; gone?: boolean};

/** Stands in for the server behind fetch: answers as told, keeps what it was asked, and can be made to wait. */
export class FakeServer {
    readonly asked: Asked[] = [];
    private readonly answers = new Map<string, Answer>();
    private gate: Promise<void> = Promise.resolve();

    constructor() {
        vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => this.handle(url, init));
    }

    /** Says how to answer 'METHOD /path' from now on. */
    says(route: string, answer: Answer) {
        this.answers.set(route, answer);
    }

    /** Lets no answer through until the returned function is called. */
    hold(): () => void {
        let release = () => {};
        this.gate = new Promise((resolve) => {
            release = resolve;
        });
        return release;
    }

    /** What was asked of a route, oldest first. */
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
