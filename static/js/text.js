// The wording of a text in the language of the page: both stand side by side where they are used.

const isEnglish = document.documentElement.lang === "en";

/** Return one of two wordings. */
export const t = (zh, en) => (isEnglish ? en : zh);
