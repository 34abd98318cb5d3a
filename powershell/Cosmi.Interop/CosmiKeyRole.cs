namespace Cosmi.Interop
{
    /// <summary>Which of an account's keys this is.</summary>
    public enum CosmiKeyRole
    {
        /// <summary>The primary read-write key.</summary>
        Primary = 0,

        /// <summary>The secondary read-write key.</summary>
        Secondary = 1,

        /// <summary>The primary read-only key.</summary>
        PrimaryReadOnly = 2,

        /// <summary>The secondary read-only key.</summary>
        SecondaryReadOnly = 3,
    }
}
