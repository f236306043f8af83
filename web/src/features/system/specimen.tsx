import { translations } from "@/i18n/server.ts";

/** The beginning of a box as it is stored: format, suite, key version, key id, nonce, and what cannot be read. */
const SEALED = `f9 01 00000001 6b1e0c94a7d25f38 91c40eb2774ad0e6
5d0892f1c63ba4170e9f28d5 a30c71be4f96d2085b
e7143ac8901fd65b2e84f0937a1cc5d6089b42ef7135
c8fa260d9e51b73846afd2907c1e63b58409da7fe236
15cb7a0ef4983d62a1570fbc84e92d3610c7f5ab4e88
d3096cf21ba7548ef03c9d61e2754ab8106fdc93278e`;

/** The same entry twice: as its writer sees it, and as the database does. */
export async function Specimen() {
  const t = await translations("welcome.specimen");
  return (
    <section
      aria-label={t("label")}
      className="overflow-hidden rounded-lg border border-line shadow-raised"
    >
      <figure className="grid gap-4 bg-raised p-5 sm:p-8">
        <figcaption className="text-sm text-faint">{t("written")}</figcaption>
        <div className="grid sm:grid-cols-[3.75rem_minmax(0,1fr)]">
          <p className="pt-1 text-sm text-soft tabular-nums">06:40</p>
          <div className="grid gap-2 border-margin sm:border-s-2 sm:ps-6">
            <p className="font-serif text-title font-medium">{t("title")}</p>
            <p className="font-serif text-prose">
              {t.rich("text", { em: (words) => <em>{words}</em> })}
            </p>
          </div>
        </div>
      </figure>
      <figure className="grid gap-3 border-t border-line bg-desk p-5 sm:p-8">
        <figcaption className="text-sm text-faint">{t("kept")}</figcaption>
        <p aria-hidden className="font-mono text-xs leading-5.5 break-all text-soft">
          {SEALED}
        </p>
        <p className="text-sm text-soft">{t("explained")}</p>
      </figure>
    </section>
  );
}
