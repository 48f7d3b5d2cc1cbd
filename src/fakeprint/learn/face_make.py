"""Make a face finder: ``python -m fakeprint.learn.face_make --recipe FILE --data FOLDER --run FOLDER --out FOLDER``.

Trains by the recipe, or goes on with a run that was ended; exports the artifact; measures it against its teacher; writes the numbers into
the card.
"""

import argparse
from pathlib import Path

from fakeprint.detectors.artifact import load_artifact
from fakeprint.learn.face_distil import distil
from fakeprint.learn.face_eval import measure, with_measured
from fakeprint.learn.face_export import export
from fakeprint.learn.face_recipe import read_face_recipe


def main() -> None:
    """Read the arguments, train, export and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.csv, the pictures, teacher/ and video/")
    parser.add_argument("--run", type=Path, required=True, help="folder for checkpoint and log; a run that was ended goes on")
    parser.add_argument("--out", type=Path, required=True, help="artifact folder to write")
    arguments = parser.parse_args()
    recipe = read_face_recipe(arguments.recipe)
    if recipe.stages:
        distil(recipe, arguments.data, arguments.run)
    export(recipe, arguments.data, arguments.run, arguments.out)
    artifact = load_artifact(arguments.out)
    with_measured(artifact, measure(artifact, arguments.data))


if __name__ == "__main__":
    main()
