@{
    # Windows PowerShell (Desktop) gets the .NET Framework build, PowerShell 7 (Core) the .NET Standard one. Folders named
    # like the editions need no condition here, whose evaluation costs every import 3 ms.
    RootModule             = "lib/$PSEdition/Cosmi.PowerShell.dll"
    # Windows PowerShell does not look beside a module's assembly for what that needs; and the types file, which is read
    # first, needs the root module.
    RequiredAssemblies     = "lib/$PSEdition/Cosmi.Interop.dll", "lib/$PSEdition/Cosmi.PowerShell.dll"
    ModuleVersion          = '0.1.0'
    GUID                   = '6f0d8b1e-3a52-4c57-9d0a-5b1d2b7f4e63'
    Author                 = 'the cosmi authors'
    CompanyName            = 'the cosmi authors'
    Copyright              = 'Copyright (c) 2026 The cosmi authors'
    Description            = 'Azure Cosmos DB by managed identity: token, account keys and collections in one line, without a pasted secret.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.6.2'
    CompatiblePSEditions   = 'Desktop', 'Core'
    FormatsToProcess       = @('Cosmi.Format.ps1xml')
    TypesToProcess         = @('Cosmi.Types.ps1xml')
    FunctionsToExport      = @()
    CmdletsToExport        = @(
        'Connect-CosmiAccount'
        'Disconnect-CosmiAccount'
        'Get-CosmiAccount'
        'Get-CosmiAccountKey'
        'Get-CosmiCollection'
        'Get-CosmiConnectionString'
        'Get-CosmiEnvironment'
        'Get-CosmiToken'
        'Get-CosmiVersion'
        'Test-CosmiAccess'
        'Enable-CosmiIdentity'
        'Get-CosmiAccess'
        'Get-CosmiDatabase'
        'Get-CosmiIdentity'
        'Get-CosmiThroughput'
        'Grant-CosmiAccess'
        'New-CosmiAccount'
        'New-CosmiAccountKey'
        'New-CosmiCollection'
        'New-CosmiDatabase'
        'Remove-CosmiAccount'
        'Remove-CosmiCollection'
        'Remove-CosmiDatabase'
        'Revoke-CosmiAccess'
        'Set-CosmiThroughput'
        'Test-CosmiAccountName'
    )
    VariablesToExport      = @()
    AliasesToExport        = @('Get-CosmiContainer', 'New-CosmiContainer', 'Remove-CosmiContainer')
    # What is empty here is filled in when the module is laid out.
    FileList               = @()
    PrivateData            = @{
        PSData = @{
            Tags                     = @(
                'Azure'
                'CosmosDB'
                'ManagedIdentity'
                'IMDS'
                'AzureAutomation'
                'AzureFunctions'
                'PSEdition_Desktop'
                'PSEdition_Core'
                'Windows'
                'Linux'
            )
            LicenseUri               = 'https://licenses.nuget.org/MIT'
            RequireLicenseAcceptance = $false
            ReleaseNotes             = ''
        }
    }
}
