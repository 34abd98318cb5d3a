BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiToken' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiToken | Should -Be @(
            '-AsPlainText [SwitchParameter] All'
            '-Client [Client] All'
            '-Force [SwitchParameter] All'
            '-Resource|ResourceUrl [String[]] All@0<value<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'gets a token for what it is asked for' {
        $token = Get-CosmiToken -Resource https://vault.azure.net
        $token.PSObject.TypeNames[0] | Should -Be 'Cosmi.Token'
        $token.Resource | Should -Be 'https://vault.azure.net'
        $token.ExpiresOn | Should -BeOfType ([System.DateTimeOffset])
        $token.ExpiresOn | Should -BeGreaterThan ([System.DateTimeOffset]::UtcNow.AddMinutes(5))
        $token.IdentitySource | Should -Be 'Imds'
        $token.Token | Should -BeOfType ([System.Security.SecureString])
        (ConvertFrom-Secret -Secret $token.Token).Split('.').Count | Should -Be 3
    }

    It 'gets one for Azure Resource Manager unless told otherwise' {
        (Get-CosmiToken).Resource | Should -Be 'https://management.azure.com/'
    }

    It 'asks for the machine''s cloud once' {
        $null = Get-CosmiToken
        $null = Get-CosmiToken
        @(Get-SimulatorJournal -Simulator $simulator).Count | Should -Be 2
    }

    It 'gives a text with -AsPlainText, and only then' {
        $token = Get-CosmiToken -AsPlainText
        $token.Token | Should -BeOfType ([string])
        $token.Token.Split('.').Count | Should -Be 3
        Get-CosmiToken | Out-String | Should -Not -BeLike "*$($token.Token.Substring(0, 20))*"
    }

    It 'asks once for a token that is still good' {
        $null = Get-CosmiToken -Resource https://vault.azure.net
        $null = Get-CosmiToken -Resource https://vault.azure.net
        @(Get-SimulatorJournal -Simulator $simulator).Count | Should -Be 1
    }

    It 'asks for a new one with -Force, and keeps that' {
        $first = Get-CosmiToken -Resource https://vault.azure.net
        $renewed = Get-CosmiToken -Resource https://vault.azure.net -Force
        $kept = Get-CosmiToken -Resource https://vault.azure.net
        @(Get-SimulatorJournal -Simulator $simulator).Count | Should -Be 2
        (ConvertFrom-Secret -Secret $renewed.Token) | Should -Not -Be (ConvertFrom-Secret -Secret $first.Token)
        (ConvertFrom-Secret -Secret $kept.Token) | Should -Be (ConvertFrom-Secret -Secret $renewed.Token)
        @('https://vault.azure.net', 'https://graph.microsoft.com' | Get-CosmiToken -Force).Count | Should -Be 2
    }

    It 'keeps the former one where -Force fails' {
        $first = Get-CosmiToken -Resource https://vault.azure.net
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds' } -Action @{ status = 400; body = '{"error":"invalid_request"}' }
        (Invoke-Failing { Get-CosmiToken -Resource https://vault.azure.net -Force }).Id | Should -Be 'Cosmi.NoIdentity'
        (ConvertFrom-Secret -Secret (Get-CosmiToken -Resource https://vault.azure.net).Token) | Should -Be (ConvertFrom-Secret -Secret $first.Token)
    }

    It 'tells whose it is' {
        $token = Get-CosmiToken
        $token.ClientId | Should -Be '33333333-0000-0000-0000-000000000001'
        $token.ObjectId | Should -Be '33333333-0000-0000-0000-000000000002'
        @($token.Claims.PSObject.Properties.Name) | Should -Be @('oid', 'appid', 'tid', 'aud', 'exp', 'xms_mirid')
        $token.Claims.tid | Should -Be '99999999-8888-7777-6666-555555555555'
        $token.Claims.exp | Should -Be $token.ExpiresOn.ToUnixTimeSeconds()
        $token | Out-String | Should -BeLike '*ObjectId *: 33333333-0000-0000-0000-000000000002*(SecureString, * characters)*'
    }

    It 'is good also where it cannot be read' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds' } -Action @{ status = 200; body = '{"access_token":"opaque","expires_in":"3600"}' }
        $token = Get-CosmiToken -Resource https://vault.azure.net -AsPlainText
        $token.Token | Should -Be 'opaque'
        $token.Claims | Should -BeNullOrEmpty
        $token.ObjectId | Should -BeNullOrEmpty
        $token | Out-String | Should -Not -BeLike '*ObjectId*'
    }

    It 'takes resources from the pipeline, and keeps their order' {
        $resources = 'https://management.azure.com/', 'https://vault.azure.net', 'https://graph.microsoft.com'
        @(($resources | Get-CosmiToken).Resource) | Should -Be $resources
        @(([pscustomobject]@{ Resource = 'https://vault.azure.net' } | Get-CosmiToken).Resource) | Should -Be @('https://vault.azure.net')
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'an empty resource'; Resource = ''; Id = 'Cosmi.InvalidArgument'; Category = 'InvalidArgument' }
        @{ What = 'a resource with a blank'; Resource = 'https://a b'; Id = 'Cosmi.InvalidArgument'; Category = 'InvalidArgument' }
    ) {
        $failure = Invoke-Failing { Get-CosmiToken -Resource $Resource -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Category | Should -Be $Category
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'says when there is no such identity, and ends' {
        $client = Connect-CosmiAccount -ClientId 77777777-0000-0000-0000-000000000000
        $failure = Invoke-Failing { 'https://vault.azure.net', 'https://graph.microsoft.com' | Get-CosmiToken -Client $client -ErrorAction SilentlyContinue }
        $failure.Id | Should -Be 'Cosmi.NoIdentity'
        $failure.Category | Should -Be 'AuthenticationError'
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}
