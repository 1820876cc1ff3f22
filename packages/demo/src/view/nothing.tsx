// What stands in the list when there is nothing to list: why, and what to do; or the rows that are to come.
import { Icon, type IconData } from './icon.tsx';

interface NothingProps {
  readonly icon: IconData;
  readonly title: string;
  readonly text: string;
  readonly action?: string;
  readonly onAction?: () => void;
}

export function Nothing({ icon, title, text, action, onAction }: NothingProps) {
  return (
    <div class="nothing">
      <Icon of={icon} size={32} />
      <strong>{title}</strong>
      <p dir="auto">{text}</p>
      {action !== undefined && (
        <button type="button" class="button" onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}

export function SkeletonRows() {
  return (
    <div class="grid" aria-busy="true" aria-label="Loading messages">
      {[0, 1, 2, 3, 4, 5].map((at) => (
        <div key={at} class="row row-skeleton row-static">
          <span class="bone bone-round" />
          <span class="row-main">
            <span class="bone" style={{ width: `${30 + ((at * 17) % 25)}%` }} />
            <span class="bone" style={{ width: `${55 + ((at * 13) % 30)}%` }} />
            <span class="bone bone-last" style={{ width: `${70 + ((at * 7) % 25)}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
}
