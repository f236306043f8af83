import { Notice } from "@/components/notice.tsx";

/** Says that a day has entries which are not shown, since what is stored of them does not open; nothing for none. */
export function UnreadableNotice({ count }: { count: number }) {
  if (count === 0) return null;
  const isOne = count === 1;
  return (
    <div className="py-4 sm:ps-[7.375rem]">
      <Notice
        tone="danger"
        title={`${isOne ? "1 entry" : `${count} entries`} of this day could not be opened`}
      >
        <p>
          What is stored of {isOne ? "it" : "them"} is damaged. Ask whoever runs this TimOS to
          restore {isOne ? "it" : "them"} from a backup. All other entries are as you left them.
        </p>
      </Notice>
    </div>
  );
}
