export interface TopicDeclaration {
  readonly name: string;
  readonly partitions: number;
}

export interface Partition {
  /** Unique over all topics of this log. */
  readonly id: number;
  readonly topic: string;
  /** Counted from 0 within the topic. */
  readonly number: number;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly messages: number;
}
