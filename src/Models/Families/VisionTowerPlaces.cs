namespace VisionCluster.Models.Families;

/// <summary>Where a vision-language checkpoint keeps its vision tower: names of transformers 4.x, 4.52 and 5.</summary>
internal static class VisionTowerPlaces
{
    public static string[] All { get; } =
        ["vision_tower.vision_model", "model.vision_tower.vision_model", "vision_tower", "model.vision_tower"];
}
