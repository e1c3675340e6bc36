/** Models beyond the one that decides: one that was measured, and one that another program made. */
import type { Actor } from '../kernel/access/roles.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { evaluateModel } from '../kernel/models/evaluations.ts'
import { importModel } from '../kernel/models/exchange.ts'
import { modelsOf } from '../kernel/models/models.ts'

export async function furnishModels(kernel: Kernel, operator: Actor): Promise<void> {
  const [model] = await modelsOf(kernel, operator, 'parcels')
  if (model === undefined) throw new Error('one was trained just now')
  await evaluateModel(kernel, operator, { model, from: '2000-01-01', to: '2100-01-01', seed: 1 })
  await importModel(kernel, operator, { applicationId: 'parcels', modelName: 'danger', bytes: foreign })
}

/** One stump as LightGBM writes it: heavier than 8 kg is likelier to be dangerous. */
const foreign = Buffer.from(`tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=0
objective=binary sigmoid:1
feature_names=weightKg
feature_infos=[0:25]

Tree=0
num_leaves=2
num_cat=0
split_feature=0
split_gain=1
threshold=8
decision_type=2
left_child=-1
right_child=-2
leaf_value=-1 1
leaf_weight=10 10
leaf_count=40 40
internal_value=0
internal_weight=20
internal_count=80
is_linear=0
shrinkage=1


end of trees

parameters:
[boosting: gbdt]
end of parameters

pandas_categorical:null
`)
