namespace Cosmi.Interop
{
    /// <summary>What an account's key allows.</summary>
    public enum CosmiKeyKind
    {
        /// <summary>As an input: read-write keys, or read-only ones where those are refused. As a result: not known.</summary>
        Auto = 0,

        /// <summary>Reading and writing.</summary>
        ReadWrite = 1,

        /// <summary>Reading only.</summary>
        ReadOnly = 2,
    }
}
