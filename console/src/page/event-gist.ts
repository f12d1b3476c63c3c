import type { Money } from '@souk/contracts/money';
import { moneyText, unitsText } from './amounts.ts';
import type { HistoryEntry, OrderFacts } from './order-facts.ts';
import { reasonText, words } from './words.ts';

/** Data of an event's message; empty when there is none or it cannot be read. */
export function payload(entry: HistoryEntry | null): Readonly<Record<string, unknown>> {
  if (entry?.message == null) return {};
  try {
    const value: unknown = JSON.parse(entry.message.value);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The gist of an event for a label. Whatever is not as the contracts say is left out. */
export function gist(name: string, entry: HistoryEntry | null, { payment, order }: OrderFacts): string | null {
  const data = payload(entry);
  const money = moneyIn(data.amount) ?? moneyIn(data.total);
  switch (name) {
    case 'order.created':
    case 'order.completed':
      return units(data.items);
    case 'inventory.reserved':
      return units(data.allocations);
    case 'inventory.released': {
      const given = units(data.allocations);
      return given === null ? null : `${given} ${data.restocked === true ? 'restocked' : 'released'}`;
    }
    case 'inventory.failed':
    case 'order.rejected':
      return shortages(data.shortages);
    case 'order.ready_for_payment':
    case 'payment.completed':
    case 'payment.refunded':
      return money === null ? null : moneyText(money);
    case 'payment.failed':
      return words(textIn(data.reason) ?? payment.value?.failureReason ?? '') || null;
    case 'order.cancelled':
      return reasonText(textIn(data.reason) ?? order.value?.reason ?? '') || null;
    case 'order.shipped':
    case 'order.delivered':
      return [data.carrier, data.trackingNumber].flatMap((part) => textIn(part) ?? []).join(' ') || null;
    default:
      return null;
  }
}

export function quantityIn(lines: unknown): number | null {
  if (!Array.isArray(lines)) return null;
  return lines.reduce<number>((sum, line: { readonly quantity?: unknown } | null) => sum + (typeof line?.quantity === 'number' ? line.quantity : 0), 0);
}

function units(lines: unknown): string | null {
  const quantity = quantityIn(lines);
  return quantity === null ? null : unitsText(quantity);
}

function shortages(lines: unknown): string | null {
  if (!Array.isArray(lines) || lines.length === 0) return null;
  const [{ sku, requested, available }] = lines as [{ sku?: unknown; requested?: unknown; available?: unknown }];
  const more = lines.length === 1 ? '' : `, and ${lines.length - 1} more`;
  return `${String(sku)}: ${String(requested)} asked, ${String(available)} there${more}`;
}

function moneyIn(value: unknown): Money | null {
  const { amount, currency } = (typeof value === 'object' && value !== null ? value : {}) as { amount?: unknown; currency?: unknown };
  return typeof amount === 'number' && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? { amount, currency } : null;
}

export function sameMoney(value: unknown, money: Money): boolean {
  const found = moneyIn(value);
  return found !== null && found.amount === money.amount && found.currency === money.currency;
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
