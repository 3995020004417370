/** What is known of a bus whoever reads its messages: the site's names for what build systems name otherwise. */
import type { BusListener } from '../../schemas/types.gen.ts'

export type Naming = Partial<
  Pick<BusListener, 'namespaces' | 'projects' | 'releases' | 'architectures' | 'koji'>
>
