import { type Assigner, AssignerProtocol, type GroupMember, type PartitionAssigner } from 'kafkajs';
import { ownerOf } from '../assignment.ts';
import type { TopicDeclaration } from '../topic.ts';
import type { PoliteAssigner } from './kafkajs/corrections.ts';

const { MemberMetadata, MemberAssignment } = AssignerProtocol;
const VERSION = 0;

interface Candidate {
  readonly id: string;
  readonly topics: ReadonlySet<string>;
  readonly assignment: Record<string, number[]>;
}

/**
 * Assigns partitions as the embedded log does: members that read a topic take turns over the partitions of all topics.
 * kafkajs' own assigner gives partitions also to members that do not read their topic, as happens between two versions of a service.
 */
export function assigner(topics: readonly TopicDeclaration[], member: Omit<PoliteAssigner, keyof Assigner>): PartitionAssigner {
  const partitions = topics
    .flatMap(({ name, partitions: count }) => Array.from({ length: count }, (_, number) => ({ topic: name, number })))
    .map((partition, id) => ({ ...partition, id }));

  const polite: PoliteAssigner = {
    name: 'SoukAssigner',
    version: VERSION,
    ...member,
    protocol: ({ topics: read }) => ({
      name: 'SoukAssigner',
      metadata: MemberMetadata.encode({ version: VERSION, topics: read, userData: Buffer.alloc(0) }),
    }),
    assign: async ({ members }) => {
      const candidates = members.map(candidateOf).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      for (const partition of partitions) {
        const owner = ownerOf(partition, candidates);
        if (owner !== null) (owner.assignment[partition.topic] ??= []).push(partition.number);
      }
      return candidates.map(({ id, assignment }) => ({
        memberId: id,
        memberAssignment: MemberAssignment.encode({ version: VERSION, assignment, userData: Buffer.alloc(0) }),
      }));
    },
  };
  return () => polite;
}

function candidateOf({ memberId, memberMetadata }: GroupMember): Candidate {
  const topics = MemberMetadata.decode(memberMetadata)?.topics ?? [];
  return { id: memberId, topics: new Set(topics), assignment: {} };
}
