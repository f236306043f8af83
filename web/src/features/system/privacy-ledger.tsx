import { translations } from "@/i18n/server.ts";

const SIDES = [
  { heading: "sealed", lines: ["sealedEntries", "sealedVersions", "sealedBackups"] },
  { heading: "readable", lines: ["readableAccount", "readableCounts", "readableServer"] },
] as const;

/** What the server can and cannot read, said as plainly as it is. */
export async function PrivacyLedger() {
  const t = await translations("welcome.ledger");
  return (
    <section aria-labelledby="ledger" className="grid gap-8 pt-20">
      <h2 id="ledger" className="font-serif text-heading font-medium">
        {t("title")}
      </h2>
      <div className="grid gap-x-14 gap-y-10 md:grid-cols-2">
        {SIDES.map(({ heading, lines }) => (
          <div key={heading} className="grid content-start gap-4">
            <h3 className="border-b-2 border-margin pb-3 text-lg font-medium">{t(heading)}</h3>
            <ul className="grid gap-3 text-soft">
              {lines.map((line) => (
                <li key={line} className="max-w-[34rem]">
                  {t(line)}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}
