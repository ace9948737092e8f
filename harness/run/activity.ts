/** What goes on between two events of the journal: for whoever watches, never recorded. */
export type Activity =
  | { type: 'activity'; phase: 'prepare'; task: string; state: 'begin' | 'end' }
  | { type: 'activity'; phase: 'control'; task: string; scorer: string; state: 'begin' | 'end' }
  | {
      type: 'activity';
      phase: 'score';
      task: string;
      candidate: string;
      scorer: string;
      state: 'begin' | 'end';
    };
