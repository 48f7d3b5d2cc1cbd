import pytest

from fakeprint.core.errors import UsageError
from fakeprint.learn.recipe import NetworkMember, read_recipe
from fakeprint.learn.statistics import Statistics
from fakeprint.transforms.law import Law


@pytest.mark.parametrize("name", ["smoke", "synthetic-image", "face-swap", "face-synthetic", "self-blend"])
def test_every_recipe_of_the_repository_is_sound(recipes, name):
    recipe = read_recipe(recipes / f"{name}.yaml")
    assert recipe.name == name
    Law(recipe.view.law)
    for condition in recipe.conditions:
        Law(condition.law)
    for member in recipe.members:
        if not isinstance(member, NetworkMember):
            Statistics(member.groups)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed: 1", "seed: 1\nspeed: 2", "speed"),
        ("dropout: 0.1", "drop_out: 0.1", "drop_out"),
        ("seed: 1", "seed: -1", "seed"),
        ("validation: dev", "validation: test", "data.validation"),
        ("name: smoke", "name: [", "not YAML"),
    ],
)
def test_mistakes_are_named_with_their_place(recipes, tmp_path, old, new, message):
    path = tmp_path / "r.yaml"
    path.write_text((recipes / "smoke.yaml").read_text().replace(old, new, 1))
    with pytest.raises(UsageError, match=message):
        read_recipe(path)


def test_the_training_key_ignores_what_weights_do_not_depend_on(recipes):
    recipe = read_recipe(recipes / "smoke.yaml")
    member = recipe.members[1]
    other = recipe.model_copy(update={"card": recipe.card.model_copy(update={"title": "x"})})
    assert other.sha256() != recipe.sha256()
    assert other.training_key(member) == recipe.training_key(member)
    assert recipe.model_copy(update={"seed": 2}).training_key(member) != recipe.training_key(member)
