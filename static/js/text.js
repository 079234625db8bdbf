// The wording of a text in the language of the page: both stand side by side where they are used.

const isEnglish = document.documentElement.lang === "en";

/** Return one of two wordings. */
export const t = (zh, en) => (isEnglish ? en : zh);

/** Write a number with separators. */
export const number = (value) => value.toLocaleString("en-US");

/** Write a number of things in English: 1 row, 2,000 rows. */
export const plural = (value, word) => `${number(value)} ${value === 1 ? word : `${word}s`}`;

/** Write names as a list within a sentence. */
export const list = (names) => names.join(t("、", ", "));
