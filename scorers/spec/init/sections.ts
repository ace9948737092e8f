/**
 * What stands under a heading. `wanted`: what must be so afterwards. `kept`: what is so already and must stay. `story`: what
 * it is for. `apart`: of no use to a spec. `other`: not told by the heading.
 */
export type Section = 'wanted' | 'kept' | 'story' | 'actual' | 'steps' | 'excluded' | 'apart' | 'other';

/** In this order; headings of GitHub's Spec Kit, of common issue forms, and what people write. */
const known: readonly (readonly [RegExp, Section])[] = [
  [/checklist|execution status|quick guidelines|key entities|internationali[sz]ation|\bi18n\b/, 'apart'],
  [
    /why this priority|independent test|assumptions|references|related|screenshots?|environment|versions?$/,
    'apart',
  ],
  [
    /additional (?:context|information)|open questions|^clarifications|^logs?$|^notes?$|alternatives/,
    'apart',
  ],
  [/^(?:status|created|feature branch|author|date|version|labels?|priority|type|assignees?)$/, 'apart'],
  [/out of scope|non-?goals?|not in scope|won'?t do/, 'excluded'],
  [
    /must (?:stay|remain|not change|keep)|\bunchanged\b|backwards?[- ]compat|invariants?|no regressions?|what stays/,
    'kept',
  ],
  [/steps|to reproduce|reproduction|how to/, 'steps'],
  [/^actual|current behaviou?r|observed|what happens|\bbug\b/, 'actual'],
  [/^user scenarios|^input$/, 'story'],
  [
    /acceptance|scenarios?|edge cases?|criteria|requirements?|definition of done|done when|outcomes?/,
    'wanted',
  ],
  [
    /^expected|desired|proposal|solution|\bmust\b|\bshall\b|\bshould\b|\brules?\b|deliverables?|to-?dos?|^tasks?$/,
    'wanted',
  ],
  [/^what it|behaviou?r$|^exit codes?$|^output$|^input$/, 'wanted'],
  [
    /summary|description|overview|motivation|problem|background|context|user story|^story|^goals?$|^why/,
    'story',
  ],
];

export function sectionOf(heading: string): Section {
  const text = heading.toLowerCase().trim();
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
}
