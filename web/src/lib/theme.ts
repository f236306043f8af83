export const THEME_COOKIE = "theme";

export type Theme = "system" | "light" | "dark";

export const parseTheme = (text: string | undefined): Theme =>
  text === "light" || text === "dark" ? text : "system";

/** Shows the theme now and remembers it in a cookie, so that the server renders the next page in it. */
export function applyTheme(theme: Theme) {
  if (theme === "system") {
    delete document.documentElement.dataset["theme"];
    document.cookie = `${THEME_COOKIE}=; path=/; max-age=0; samesite=lax`;
  } else {
    document.documentElement.dataset["theme"] = theme;
    document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=31536000; samesite=lax`;
  }
}
