/** What often makes equal code behave differently, the same for every scoring. Nothing here says that these are tests. */
export const frozenEnv = {
  TZ: 'UTC',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
};
