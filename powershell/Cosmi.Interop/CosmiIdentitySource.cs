namespace Cosmi.Interop
{
    /// <summary>Where tokens of the managed identity come from.</summary>
    public enum CosmiIdentitySource
    {
        /// <summary>Found by looking at this machine's environment.</summary>
        Auto = 0,

        /// <summary>The instance metadata service of a virtual machine or scale set.</summary>
        Imds = 1,

        /// <summary>The local endpoint of App Service, Functions, Container Apps and Automation.</summary>
        AppService = 2,
    }
}
