/** An event stream that is read in the background. */
export interface ReadEvents {
  readonly events: readonly { readonly name: string; readonly id: string; readonly data: unknown }[];
  readonly text: string;
  /** The id that a reader comes back with. */
  readonly lastId: string;
  readonly isOver: boolean;
  leave(): Promise<void>;
}

export function readEvents({ body }: Response): ReadEvents {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  const events: { name: string; id: string; data: unknown }[] = [];
  let text = '';
  let unread = '';
  let isOver = false;

  async function pump(): Promise<void> {
    for (;;) {
      const { done = true, value } = (await reader?.read()) ?? {};
      if (done) break;
      const chunk = decoder.decode(value, { stream: true });
      text += chunk;
      unread += chunk;
      for (let end = unread.indexOf('\n\n'); end >= 0; end = unread.indexOf('\n\n')) {
        const [, name, id, data] = /^event: (.*)\nid: (.*)\ndata: (.*)$/.exec(unread.slice(0, end)) ?? [];
        if (name !== undefined && id !== undefined && data !== undefined) events.push({ name, id, data: JSON.parse(data) });
        unread = unread.slice(end + 2);
      }
    }
  }

  const pumping = pump().finally(() => (isOver = true));
  return {
    events,
    get text() {
      return text;
    },
    get lastId() {
      return events.at(-1)?.id ?? '';
    },
    get isOver() {
      return isOver;
    },
    async leave() {
      await reader?.cancel();
      await pumping;
    },
  };
}
